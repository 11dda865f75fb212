//! The file system of an image, as far as its names go: layers, one upon the other → what lies where.
//!
//! Only few files have their bytes here. **Architecture Invariant:** it is never on a disk, so no link leads out of it.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::image::wrong::Wrong;

/// The most files of an image.
const MOST_NODES: usize = 4_000_000;
/// The most bytes that all paths have together.
const MOST_PATH_BYTES: usize = 512 << 20;
/// How many links may lead to another.
const MOST_LINKS: usize = 40;

/// What lies at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A folder.
    Folder,
    /// A file, and its bytes if they matter.
    File(Option<Rc<[u8]>>),
    /// A symbolic link.
    Link(String),
    /// A device, a pipe.
    Other,
}

/// What a layer does.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// Folders of which nothing from below is left.
    pub opaque: Vec<String>,
    /// Paths that are taken away.
    pub removed: Vec<String>,
    /// What it adds.
    pub added: Vec<Added>,
}

/// What a layer puts at a path.
#[derive(Clone, Debug)]
pub enum Added {
    /// Something of its own.
    Node(String, Node),
    /// Another name, the first, of a file.
    Same(String, String),
}

/// What lies where; paths without `/` at the start.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    nodes: BTreeMap<String, Node>,
    path_bytes: usize,
}

impl Tree {
    /// Puts a layer upon what is there.
    pub fn apply(&mut self, layer: Layer) -> Result<(), Wrong> {
        for path in layer.opaque {
            let path = self.real(&path).unwrap_or(path);
            self.empty(&path);
        }
        for path in layer.removed {
            let path = self.placed(path);
            self.empty(&path);
            self.take(&path);
        }
        for added in layer.added {
            match added {
                Added::Node(path, node) => self.put(path, node)?,
                Added::Same(path, other) => {
                    let node = self.nodes.get(&self.placed(other)).cloned();
                    self.put(path, node.unwrap_or(Node::File(None)))?;
                }
            }
        }
        Ok(())
    }

    /// Where something is after all links; none when there is nothing.
    pub fn real(&self, path: &str) -> Option<String> {
        let mut open: Vec<String> = parts(path);
        let mut real = String::new();
        let mut links = 0;
        while let Some(part) = open.pop() {
            if part == ".." {
                real.truncate(real.rfind('/').unwrap_or(0));
                continue;
            }
            let length = real.len();
            if length > 0 {
                real.push('/');
            }
            real.push_str(&part);
            match self.nodes.get(&real) {
                Some(Node::Link(target)) => {
                    links += 1;
                    if links > MOST_LINKS {
                        return None;
                    }
                    real.truncate(if target.starts_with('/') { 0 } else { length });
                    open.extend(parts(target));
                }
                Some(_) => {}
                None if self.has_below(&real) => {}
                None => return None,
            }
        }
        Some(real)
    }

    /// The bytes of a file that matters.
    pub fn text(&self, path: &str) -> Option<String> {
        match self.nodes.get(&self.real(path)?)? {
            Node::File(Some(bytes)) => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        }
    }

    /// Whether something that is no folder is there, after all links.
    pub fn is_file(&self, path: &str) -> bool {
        self.real(path).is_some_and(|real| matches!(self.nodes.get(&real), Some(Node::File(_) | Node::Other)))
    }

    /// All paths, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.nodes.keys().map(String::as_str)
    }

    /// The names in a folder, which is no link.
    pub fn names<'t>(&'t self, folder: &str) -> impl Iterator<Item = &'t str> {
        let start = format!("{folder}/");
        let length = start.len();
        let below = self.nodes.range(start.clone()..).map(|(path, _)| path.as_str());
        below
            .take_while(move |path| path.starts_with(&start))
            .map(move |path| &path[length..])
            .filter(|name| !name.contains('/'))
    }

    fn has_below(&self, path: &str) -> bool {
        let start = format!("{path}/");
        self.nodes.range(start.clone()..).next().is_some_and(|(found, _)| found.starts_with(&start))
    }

    /// A path whose folder is the real one: what is unpacked below a link lies where it leads.
    fn placed(&self, path: String) -> String {
        let Some((folder, name)) = path.rsplit_once('/') else { return path };
        match self.real(folder) {
            Some(real) if real == folder => path,
            Some(real) if real.is_empty() => name.to_owned(),
            Some(real) => format!("{real}/{name}"),
            None => path,
        }
    }

    fn put(&mut self, path: String, node: Node) -> Result<(), Wrong> {
        if path.is_empty() {
            return Ok(());
        }
        let path = self.placed(path);
        if node != Node::Folder {
            self.empty(&path);
        }
        self.path_bytes += path.len();
        if let Some(_before) = self.nodes.insert(path.clone(), node) {
            self.path_bytes -= path.len();
        }
        if self.nodes.len() > MOST_NODES || self.path_bytes > MOST_PATH_BYTES {
            return Err(Wrong::TooLarge(format!("it has more than {MOST_NODES} files, or very long paths")));
        }
        Ok(())
    }

    fn take(&mut self, path: &str) {
        if self.nodes.remove(path).is_some() {
            self.path_bytes -= path.len();
        }
    }

    /// Takes away what lies below a path.
    fn empty(&mut self, path: &str) {
        let start = if path.is_empty() { String::new() } else { format!("{path}/") };
        while let Some(found) = self.nodes.range(start.clone()..).next().map(|(found, _)| found.clone()) {
            if !found.starts_with(&start) {
                return;
            }
            self.take(&found);
        }
    }
}

/// The parts of a path, the first at the end.
fn parts(path: &str) -> Vec<String> {
    let parts = path.split('/').filter(|part| !part.is_empty() && *part != ".");
    parts.rev().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(nodes: &[(&str, Node)]) -> Tree {
        let mut tree = Tree::default();
        let added = nodes.iter().map(|(path, node)| Added::Node((*path).to_owned(), node.clone())).collect();
        tree.apply(Layer { added, ..Layer::default() }).unwrap();
        tree
    }

    const FILE: Node = Node::File(None);

    fn link(target: &str) -> Node {
        Node::Link(target.to_owned())
    }

    #[test]
    fn links_lead_within_the_image_and_end() {
        let tree = tree(&[
            ("usr/bin/python3.13", FILE),
            ("bin", link("usr/bin")),
            ("usr/bin/python3", link("python3.13")),
            ("etc/up", link("../../../../usr/bin/python3")),
            ("opt/py", link("/bin/python3")),
            ("a", link("b")),
            ("b", link("a")),
        ]);
        for path in ["/bin/python3", "etc/up", "opt/py", "/usr/./bin//python3"] {
            assert_eq!(tree.real(path).as_deref(), Some("usr/bin/python3.13"), "{path}");
        }
        assert_eq!(tree.real("a"), None);
        assert_eq!(tree.real("bin/nothing"), None);
    }

    #[test]
    fn whiteouts_take_away_and_opaque_folders_hide_what_is_below() {
        let mut tree = tree(&[("a/b/c", FILE), ("a/d", FILE), ("ab", FILE), ("o/old", FILE), ("f/x", FILE)]);
        let added = vec![
            Added::Node("o/new".to_owned(), FILE),
            Added::Node("f".to_owned(), FILE),
            Added::Same("g".to_owned(), "ab".to_owned()),
        ];
        let layer = Layer { opaque: vec!["o".to_owned()], removed: vec!["a/b".to_owned()], added };
        tree.apply(layer).unwrap();
        assert_eq!(tree.paths().collect::<Vec<_>>(), ["a/d", "ab", "f", "g", "o/new"]);
    }

    #[test]
    fn what_is_unpacked_below_a_link_lies_where_it_leads() {
        let mut tree = tree(&[("usr/bin", Node::Folder), ("bin", link("usr/bin"))]);
        let added = vec![Added::Node("bin/uv".to_owned(), FILE)];
        tree.apply(Layer { added, ..Layer::default() }).unwrap();
        assert!(tree.is_file("usr/bin/uv") && tree.is_file("bin/uv"));
    }
}
