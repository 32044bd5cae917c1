//! Chinese text: folding, segmentation, places, numerals.
