//! Chinese text: folding, segmentation, pinyin, places, numerals, quantities, method names.
//!
//! Owns everything that knows how Chinese is written; the only module that may name the segmenter crate.
pub mod fold;
pub mod methods;
pub mod numerals;
pub mod pinyin;
pub mod places;
pub mod quantity;
pub mod segment;
pub mod sentences;
pub mod shingles;
