//! The modules of a crate and what each uses of the others, read from its syntax: imports and paths, not words. An import
//! counts for the module that defines what is imported, however many others pass it on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::Visit;
use syn::{Attribute, Item, ItemMod, ItemUse, Macro, UseTree, Visibility};

/// The names that lead to an item, from the first to its own.
type Names = Vec<String>;

/// One module, which is one file.
#[derive(Default)]
pub(crate) struct Module {
    /// Its file.
    pub(crate) file: PathBuf,
    /// What it imports, each under the name that it has here.
    imports: BTreeMap<String, Names>,
    /// Modules all of whose items it imports.
    globs: Vec<Names>,
    /// Every path that stands in it, of imports too, as it is written.
    paths: BTreeSet<Names>,
}

/// The modules of a crate by their path from its root, whose own path is empty.
pub(crate) struct Modules(pub(crate) BTreeMap<Names, Module>);

impl Modules {
    /// Reads a crate from its root file: its modules, but those that only tests have.
    pub(crate) fn read(root: &Path) -> Self {
        let mut modules = Self(BTreeMap::new());
        modules.add(root.to_owned(), &Vec::new(), root.parent().expect("a folder"));
        modules
    }

    fn add(&mut self, file: PathBuf, path: &Names, folder: &Path) {
        let text =
            std::fs::read_to_string(&file).unwrap_or_else(|cause| panic!("{}: {cause}", file.display()));
        let syntax = syn::parse_file(&text).unwrap_or_else(|cause| panic!("{}: {cause}", file.display()));
        let mut module = Module { file, ..Module::default() };
        module.visit_file(&syntax);
        self.0.insert(path.clone(), module);
        for item in &syntax.items {
            let Item::Mod(child) = item else { continue };
            if child.content.is_some() || is_for_tests(&child.attrs) {
                continue;
            }
            let name = child.ident.to_string();
            let path = [&path[..], std::slice::from_ref(&name)].concat();
            let (flat, inner) = (folder.join(format!("{name}.rs")), folder.join(&name));
            let file = if flat.exists() { flat } else { inner.join("mod.rs") };
            self.add(file, &path, &inner);
        }
    }

    /// For each module, the others whose items it uses.
    pub(crate) fn uses(&self) -> BTreeMap<Names, BTreeSet<Names>> {
        let uses = self.0.iter().map(|(path, module)| {
            let all = module.paths.iter().chain(&module.globs);
            let targets = all.filter_map(|names| self.definer(path, names, 0));
            (path.clone(), targets.filter(|target| *target != path).cloned().collect())
        });
        uses.collect()
    }

    /// What a module uses from outside of its crate, and from its crate by whole paths, as written.
    pub(crate) fn imports_of(&self, path: &Names) -> BTreeSet<String> {
        let module = &self.0[path];
        let absolute = module.paths.iter().chain(&module.globs).map(|names| {
            let inside = self.absolute(path, names);
            inside.map_or_else(|| names.join("::"), |inside| format!("crate::{}", inside.join("::")))
        });
        absolute.collect()
    }

    /// A path from the root of the crate; `None` where it leads out of the crate or to what the module itself holds.
    fn absolute(&self, from: &Names, names: &[String]) -> Option<Names> {
        let (first, rest) = names.split_first()?;
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some([from, rest].concat()),
            "super" => {
                let (_, parent) = from.split_last()?;
                let mut names = rest.to_vec();
                if names.first().is_none_or(|name| name != "super") {
                    names.insert(0, "self".to_owned());
                }
                self.absolute(&parent.to_vec(), &names)
            }
            _ => {
                let child = [&from[..], std::slice::from_ref(first)].concat();
                if self.0.contains_key(&child) {
                    return Some([from, names].concat());
                }
                let import = self.0.get(from)?.imports.get(first)?;
                // `use tokio::sync;` names what lies outside under its own name.
                if import.first() == Some(first) {
                    return None;
                }
                self.absolute(from, &[import, rest].concat())
            }
        }
    }

    /// The module that defines what a path leads to, past those that only pass it on.
    fn definer(&self, from: &Names, names: &[String], hops: u32) -> Option<&Names> {
        let absolute = self.absolute(from, names)?;
        let longest = (0..=absolute.len()).rev().find_map(|end| self.0.get_key_value(&absolute[..end]))?;
        let (path, module) = longest;
        let rest = &absolute[path.len()..];
        if let Some(import) = rest.first().and_then(|first| module.imports.get(first)).filter(|_| hops < 8) {
            let onward = self.definer(path, &[import, &rest[1..]].concat(), hops + 1);
            return onward.or(Some(path));
        }
        Some(path)
    }
}

/// Groups of modules that use one another in a circle, each in order of its names.
pub(crate) fn circles(uses: &BTreeMap<Names, BTreeSet<Names>>) -> Vec<BTreeSet<Names>> {
    let reach: BTreeMap<&Names, BTreeSet<&Names>> =
        uses.keys().map(|from| (from, reached(uses, from))).collect();
    let mut found: Vec<BTreeSet<Names>> = Vec::new();
    for (from, all) in &reach {
        if !all.contains(from) || found.iter().any(|circle| circle.contains(*from)) {
            continue;
        }
        let back = all.iter().filter(|other| reach.get(**other).is_some_and(|all| all.contains(from)));
        found.push(back.map(|other| (*other).clone()).collect());
    }
    found
}

fn reached<'u>(uses: &'u BTreeMap<Names, BTreeSet<Names>>, from: &Names) -> BTreeSet<&'u Names> {
    let (mut all, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(names) = next.pop() {
        for used in uses.get(names).into_iter().flatten() {
            if all.insert(used) {
                next.push(used);
            }
        }
    }
    all
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || (attribute.path().is_ident("cfg")
                && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test")))
    })
}

impl Module {
    fn import(&mut self, prefix: &Names, tree: &UseTree) {
        let with = |name: &syn::Ident| [&prefix[..], &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.import(&with(&path.ident), &path.tree),
            UseTree::Name(name) if name.ident == "self" => {
                self.import_as(prefix.last().cloned(), prefix.clone());
            }
            UseTree::Name(name) => self.import_as(Some(name.ident.to_string()), with(&name.ident)),
            UseTree::Rename(renamed) => {
                self.import_as(Some(renamed.rename.to_string()), with(&renamed.ident));
            }
            UseTree::Glob(_) => self.globs.push(prefix.clone()),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(prefix, tree)),
        }
    }

    fn import_as(&mut self, name: Option<String>, path: Names) {
        self.paths.insert(path.clone());
        self.imports.extend(name.map(|name| (name, path)));
    }

    /// Paths in the text of a macro, which has no syntax of its own.
    fn read_tokens(&mut self, tokens: TokenStream) {
        let mut path: Names = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if colons == 2 || path.is_empty() => {
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.end_path(&mut path);
                    colons = 0;
                    match other {
                        TokenTree::Group(group) => self.read_tokens(group.stream()),
                        TokenTree::Ident(ident) => path.push(ident.to_string()),
                        TokenTree::Punct(_) | TokenTree::Literal(_) => {}
                    }
                }
            }
        }
        self.end_path(&mut path);
    }

    fn end_path(&mut self, path: &mut Names) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.paths.insert(path);
        }
    }
}

impl<'a> Visit<'a> for Module {
    fn visit_item(&mut self, item: &'a Item) {
        let attributes = match item {
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            _ => &Vec::new(),
        };
        if !is_for_tests(attributes) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        // A file of its own is a module of its own.
        if item.content.is_some() {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'a ItemUse) {
        self.import(&Vec::new(), &item.tree);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        if path.segments.len() > 1 {
            self.paths.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        syn::visit::visit_path(self, path);
    }

    /// Who may see a thing is no use of it.
    fn visit_visibility(&mut self, _: &'a Visibility) {}

    fn visit_macro(&mut self, of: &'a Macro) {
        self.read_tokens(of.tokens.clone());
        syn::visit::visit_macro(self, of);
    }
}
