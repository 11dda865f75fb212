//! The text of image metadata that ships → [`Family`].

use indexmap::IndexMap;

use crate::resolve::image::family::{Columns, Family, Template};
use crate::resolve::quick::{self, Section, Value};

impl Family {
    /// Reads metadata that ships. `None` when it is not written as these files are.
    pub fn shipped(text: &'static str) -> Option<Self> {
        let sections = quick::read(text)?;
        let mut family = Self::default();
        for section in &sections {
            match section.header {
                "" => family.rows = rows(section)?,
                "image" => family.templates.push(template(section)?),
                "image.packages" => family.templates.last_mut()?.packages = packages(section),
                "pair" => {
                    let pair = (family.called(section, "build")?, family.called(section, "runtime")?);
                    family.pairs.push(pair);
                }
                _ => return None,
            }
        }
        Some(family)
    }

    fn called(&self, section: &Section, key: &str) -> Option<usize> {
        let name = quick::get(&section.entries, key)?.text()?;
        self.templates.iter().position(|template| template.name == name)
    }
}

fn rows(section: &Section<'static>) -> Option<Vec<Columns>> {
    let Some(value) = quick::get(&section.entries, "rows") else { return Some(vec![Columns::new()]) };
    let Value::Rows(rows) = value else { return None };
    let columns = |row| {
        let read = |(name, value): (&'static str, Value<'static>)| Some((name.into(), value.text()?.into()));
        quick::row(row)?.into_iter().map(read).collect()
    };
    quick::rows(rows).map(columns).collect()
}

fn template(section: &Section) -> Option<Template> {
    let mut template = Template::default();
    for (key, value) in &section.entries {
        let owned = || value.texts().into_iter().map(str::to_owned).collect();
        let text = || value.text().map(str::to_owned);
        match *key {
            "name" => template.name = text()?,
            "reference" => template.reference = text()?,
            "platforms" => template.platforms = owned(),
            "env" => template.env = owned(),
            "workdir" => template.workdir = text(),
            "user" => template.user = text(),
            "entrypoint" => template.entrypoint = owned(),
            "cmd" => template.cmd = owned(),
            _ => return None,
        }
    }
    Some(template)
}

fn packages(section: &Section) -> IndexMap<String, (Option<String>, Option<String>)> {
    let text = |value: &Value, key: &str| quick::get(value.entries(), key)?.text().map(str::to_owned);
    let package = |(name, value): &(&str, Value)| ((*name).to_owned(), (text(value, "version"), text(value, "path")));
    section.entries.iter().map(package).collect()
}
