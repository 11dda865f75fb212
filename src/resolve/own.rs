//! What a project adds: rows of `cogpack.toml` → catalogs and base images; and the base image that it or the caller names.

use crate::diagnostic::Sink;
use crate::project::Project;
use crate::project::settings::world::{self, ReleaseRow, World};
use crate::resolve::catalog::{Catalog, Details, Release};
use crate::resolve::image::family::{Columns, Family, Template};
use crate::resolve::image::{Image, Images};
use crate::resolve::{BaseChoice, Library, error};
use crate::source::Span;

impl Library {
    /// What ships, and what the project adds.
    pub fn of_project(project: &Project, sink: &mut Sink) -> Self {
        let mut library = Self::shipped();
        let World { releases, images, pairs, .. } = &project.settings.world;
        let mut at = 0;
        while let Some(first) = releases.get(at) {
            let count = releases[at..].iter().take_while(|row| row.catalog.value == first.catalog.value).count();
            library.add_releases(&releases[at..at + count], sink);
            at += count;
        }
        if !images.is_empty() {
            library.images.add(Family { templates: images.clone(), rows: vec![Columns::new()], pairs: pairs.clone() });
        }
        library
    }

    /// Adds rows to one catalog; a row stands instead of one of the same version.
    fn add_releases(&mut self, rows: &[ReleaseRow], sink: &mut Sink) {
        let Some(first) = rows.first() else { return };
        let name = &first.catalog;
        let Some(catalog) = self.catalogs.get(&name.value) else {
            let known: Vec<&str> = self.catalogs.names().collect();
            sink.push(error::unknown_catalog(&name.value, &known, name.span));
            return;
        };
        let mut catalog = catalog.clone();
        for row in rows {
            if is_of(&catalog, row, sink) {
                catalog.releases.retain(|known| known.version() != Some(&row.version.value));
                catalog.releases.push(release(row));
            }
        }
        catalog.releases.sort_by(|a, b| b.version().cmp(&a.version()));
        self.catalogs.put(catalog);
    }

    /// Leaves only the base image that the caller or the project names.
    pub fn take_base(
        &mut self,
        project: &Project,
        choice: Option<&BaseChoice>,
        platform: (&str, &str),
        sink: &mut Sink,
    ) {
        let setting = project.settings.world.base.as_ref();
        let (build, runtime) = match (choice, setting) {
            (Some(choice), _) => (Named::plain(&choice.build), choice.runtime.as_deref().map(Named::plain)),
            (None, Some(setting)) => {
                let at = |named: &crate::project::config::Located<String>| (named.value.clone(), Some(named.span));
                let named = |(text, span)| Named { text, span };
                (named(at(&setting.build)), setting.runtime.as_ref().map(|runtime| named(at(runtime))))
            }
            (None, None) => return,
        };
        let platform = format!("{}/{}", platform.0, platform.1);
        let sides: Vec<Option<Image>> = [Some(&build), runtime.as_ref()]
            .into_iter()
            .flatten()
            .map(|named| image(&self.images, named, &platform, sink))
            .collect();
        let Some(images) = sides.into_iter().collect::<Option<Vec<Image>>>() else { return };
        let family = match images.as_slice() {
            [only] => self.images.pairs_of(only),
            _ => Family {
                templates: images.iter().map(Template::of).collect(),
                rows: vec![Columns::new()],
                pairs: vec![(0, 1)],
            },
        };
        self.images.take(family);
    }
}

/// An image as it is named.
struct Named {
    text: String,
    span: Option<Span>,
}

impl Named {
    fn plain(text: &str) -> Self {
        Self { text: text.to_owned(), span: None }
    }
}

/// The image of a name or a reference. Of a reference that nothing describes only the reference is known.
fn image(images: &Images, named: &Named, platform: &str, sink: &mut Sink) -> Option<Image> {
    if let Some(image) = images.called(&named.text) {
        return Some(image.clone());
    }
    let is_path = named.text.contains(['/', ':']);
    if is_path && world::is_reference(&named.text) {
        let (name, reference) = (named.text.clone(), named.text.clone());
        return Some(Image { name, reference, platforms: vec![platform.to_owned()], ..Image::default() });
    }
    let known: Vec<&str> = images.all().map(|image| image.name.as_str()).collect();
    sink.push(error::unknown_image(&named.text, &known, named.span));
    None
}

/// Whether a row has the columns of its catalog, and needs what its catalog's releases may need.
fn is_of(catalog: &Catalog, row: &ReleaseRow, sink: &mut Sink) -> bool {
    let mut fits = true;
    for (column, (span, _)) in &row.columns {
        if !catalog.columns.contains(column) {
            sink.push(error::unknown_column(catalog, column, *span));
            fits = false;
        }
    }
    for (name, (span, _)) in row.requires.iter().chain(&row.gpu) {
        if !catalog.needs.contains(name) {
            sink.push(error::unknown_need(catalog, name, *span));
            fits = false;
        }
    }
    fits
}

fn release(row: &ReleaseRow) -> Release {
    let constraints = |of: &indexmap::IndexMap<String, (Span, crate::version::Constraint)>| {
        of.iter().map(|(name, (_, constraint))| (name.clone(), constraint.clone())).collect()
    };
    let details = Details {
        columns: row.columns.iter().map(|(name, (_, text))| (name.clone(), text.clone())).collect(),
        requires: constraints(&row.requires),
        gpu: constraints(&row.gpu),
        brings_with: None,
    };
    Release::new(row.version.value.clone(), details, row.span)
}
