//! The archive's own files as they were parsed, kept in `.anku` for the commands that follow.
//!
//! To parse settings, schema and vocabularies took a quarter of a search that finds little. Each tree that is
//! kept belongs to the very bytes of its file, by their hash, so it is never older than the file; where
//! anything is wrong with what is kept, the file is parsed.

use super::STATE;
use super::record::hash;
use super::write::new_temp;
use crate::yaml;
use crate::yaml::Node;
use serde::Deserialize;
use serde::Serialize;
use std::io::Write as _;
use std::path::Path;

/// The file under [`STATE`]: a hash of the rest, what made it, the trees.
const FILE: &str = "parsed";

/// Trees by the files that they were read from.
#[derive(Debug, Default)]
pub(super) struct Kept {
    trees: Vec<Tree>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Tree {
    path: String,
    hash: [u8; 16],
    root: Node,
}

/// Another version may read the same bytes into another tree.
fn version() -> (String, u32) {
    (env!("CARGO_PKG_VERSION").to_owned(), yaml::VERSION)
}

impl Kept {
    /// What is kept for the archive at `root`; nothing where it cannot be read, is damaged or of another version.
    pub(super) fn read(root: &Path) -> Kept {
        let bytes = std::fs::read(root.join(STATE).join(FILE)).unwrap_or_default();
        let whole = bytes.split_first_chunk().filter(|(known, body)| hash(body) == **known);
        let kept: Option<((String, u32), Vec<Tree>)> =
            whole.and_then(|(_, body)| postcard::from_bytes(body).ok());
        let trees = kept.filter(|(by, _)| *by == version()).map(|(_, trees)| trees);
        Kept { trees: trees.unwrap_or_default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.trees.is_empty()
    }

    /// Takes out the tree of a file that has these bytes.
    pub(super) fn take(&mut self, path: &Path, bytes: &[u8]) -> Option<Node> {
        let at = self.trees.iter().position(|tree| Path::new(&tree.path) == path)?;
        let tree = self.trees.swap_remove(at);
        (tree.hash == hash(bytes)).then_some(tree.root)
    }

    /// Adds the tree of a file that has these bytes.
    pub(super) fn add(&mut self, path: &Path, bytes: &[u8], root: &Node) {
        if let Some(path) = path.to_str() {
            self.trees.push(Tree { path: path.to_owned(), hash: hash(bytes), root: root.clone() });
        }
    }

    /// Writes it, whole or not at all.
    pub(super) fn write(&self, root: &Path) -> std::io::Result<()> {
        let body = postcard::to_allocvec(&(version(), &self.trees)).map_err(std::io::Error::other)?;
        let folder = root.join(STATE);
        let mut temp = new_temp(&folder)?;
        temp.write_all(&hash(&body))?;
        temp.write_all(&body)?;
        temp.persist(folder.join(FILE)).map_err(|error| error.error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_belongs_to_the_bytes_of_its_file() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let root = folder.path();
        std::fs::create_dir(root.join(STATE)).expect("a folder");
        let text = include_str!("../../schemas/case.yaml");
        let tree = yaml::read(text).root.expect("a tree");
        let path = Path::new("schemas/case.yaml");
        let mut parsed = Kept::default();
        parsed.add(path, text.as_bytes(), &tree);
        parsed.write(root).expect("written");
        assert_eq!(Kept::read(root).take(path, text.as_bytes()), Some(tree));
        assert_eq!(Kept::read(root).take(path, b"title: another\n"), None);
        assert_eq!(Kept::read(root).take(Path::new("other.yaml"), text.as_bytes()), None);
        // A byte that is not what was written.
        let file = root.join(STATE).join(FILE);
        let mut bytes = std::fs::read(&file).expect("read");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&file, &bytes).expect("written");
        assert_eq!(Kept::read(root).take(path, text.as_bytes()), None);
        std::fs::write(&file, b"").expect("written");
        assert!(Kept::read(root).trees.is_empty());
    }
}
