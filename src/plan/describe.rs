//! A [`Plan`] → a text for people: stages by phase, one line an operation, what is mounted, what the image's config
//! gets. Plain text, about 100 columns, the same for the same plan.

use crate::diagnostic::render::visible_whole;

use super::model::{Copy, Env, Exec, Input, Mkfile, Mount, Network, Operation, OperationKind, Plan, Sharing, Stage};

/// Texts that stand on one line; longer ones go on lines of their own.
const WIDTH: usize = 100;

/// A file this long or longer is told by its size only.
const SHOWN_BYTES: usize = 48;

/// A label longer than this is told by its size only: it is a document, for programs.
const LONGEST_LABEL: usize = 1000;

/// The context that the language calls just `context`.
const PROJECT: &str = "context";

/// The plan for people.
pub fn describe(plan: &Plan) -> String {
    let mut page = Page::default();
    let variant = plan.platform.variant.as_ref().map(|variant| format!("/{variant}")).unwrap_or_default();
    let stages = plan.stages.len();
    page.line(
        0,
        &format!(
            "plan for {}/{}{variant}, {stages} {}",
            plan.platform.os,
            plan.platform.arch,
            if stages == 1 { "stage" } else { "stages" }
        ),
    );
    let mut heading = None;
    for stage in &plan.stages {
        let phase = stage.phase.map_or("no phase", |phase| phase.key());
        if heading != Some(phase) {
            heading = Some(phase);
            page.blank();
            page.line(0, phase);
        }
        page.stage(stage);
    }
    page.contexts(plan);
    page.export(plan);
    page.text
}

/// What an input is, in one phrase.
pub fn input(input: &Input) -> String {
    match input {
        Input::Stage { stage } => format!("stage {stage}"),
        Input::Image { image } => format!("image {image}"),
        Input::Local { local, include } => {
            let only = if include.is_empty() { String::new() } else { format!(" only {}", include.join(", ")) };
            if local == PROJECT { format!("context{only}") } else { format!("context {local}{only}") }
        }
        Input::Url { url, sha256 } => match sha256 {
            Some(sum) => format!("url {url} (sha256 {}…)", sum.chars().take(12).collect::<String>()),
            None => format!("url {url}"),
        },
        Input::Git { git, reference } => match reference {
            Some(reference) => format!("git {git} at {reference}"),
            None => format!("git {git}"),
        },
        Input::Scratch { .. } => "scratch".to_owned(),
    }
}

/// What an operation does, in one line; a command of several lines by the first that does something.
pub fn summary(kind: &OperationKind) -> String {
    match kind {
        OperationKind::Exec(exec) => {
            let command = command(exec);
            let told = |line: &&str| !matches!(line.trim(), "" | "set -e" | "set -eu");
            let mut lines = command.lines().filter(told);
            let first = lines.next().unwrap_or(command.trim());
            format!("run {}{}", first.trim(), if lines.next().is_some() { " …" } else { "" })
        }
        OperationKind::Copy(copy) => copied(copy),
        OperationKind::Env(env) => format!("env {}", variables(env).join(" ")),
        OperationKind::Mkfile(mkfile) => made(mkfile),
        OperationKind::Mkdir(mkdir) => {
            format!("mkdir {} mode {:04o}{}", mkdir.path, mkdir.mode, owner(mkdir.chown.as_deref()))
        }
        OperationKind::Rm(rm) => format!("rm {}{}", rm.path, if rm.optional { " if there" } else { "" }),
        OperationKind::Workdir(workdir) => format!("workdir {}", workdir.path),
        OperationKind::User(user) => format!("user {}", user.user),
        OperationKind::Layer(layer) => format!("layer from stage {}", layer.stage),
    }
}

/// What a mount is, in one phrase.
pub fn mount(mount: &Mount) -> String {
    match mount {
        Mount::Bind { source, path, target, readonly } => {
            let path = path.as_ref().map(|path| format!("{path} of ")).unwrap_or_default();
            format!("{path}{} at {target}{}", input(source), if *readonly { ", read-only" } else { "" })
        }
        Mount::Cache { id, target, sharing } => {
            let id = id.as_ref().map(|id| format!(" {id}")).unwrap_or_default();
            let sharing = match sharing {
                Sharing::Shared => "",
                Sharing::Private => ", private",
                Sharing::Locked => ", locked",
            };
            format!("cache{id} at {target}{sharing}")
        }
        Mount::Tmpfs { target, size } => {
            format!("tmpfs at {target}{}", size.map(|size| format!(", {size} bytes")).unwrap_or_default())
        }
        Mount::Secret { id, target, env, optional } => {
            let target = target.as_ref().map(|target| format!(" at {target}")).unwrap_or_default();
            let env = env.as_ref().map(|env| format!(" as ${env}")).unwrap_or_default();
            format!("secret {id}{target}{env}{}", if *optional { ", if given" } else { "" })
        }
        Mount::Ssh { id } => format!("ssh {}", id.as_deref().unwrap_or("default")),
    }
}

fn command(exec: &Exec) -> String {
    exec.command.clone().unwrap_or_else(|| words(&exec.args))
}

/// Words as a list, each quoted where its ends would not be seen.
fn words(words: &[String]) -> String {
    let plain = |word: &String| !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || "\"',[]".contains(c));
    let shown = |word: &String| if plain(word) { word.clone() } else { format!("{word:?}") };
    format!("[{}]", words.iter().map(shown).collect::<Vec<_>>().join(", "))
}

fn owner(chown: Option<&str>) -> String {
    chown.map(|chown| format!(" owner {chown}")).unwrap_or_default()
}

fn copied(copy: &Copy) -> String {
    let mut line = format!(
        "copy {} from {} to {}{}",
        copy.src.join(" "),
        input(&copy.from),
        copy.dest,
        owner(copy.chown.as_deref())
    );
    if let Some(chmod) = &copy.chmod {
        line += &format!(" mode {chmod}");
    }
    if !copy.patterns.include.is_empty() {
        line += &format!(" include {}", copy.patterns.include.join(" "));
    }
    if !copy.patterns.exclude.is_empty() {
        line += &format!(" exclude {}", copy.patterns.exclude.join(" "));
    }
    if copy.contents_only {
        line += " contents only";
    }
    if copy.optional {
        line += " if there";
    }
    line
}

fn variables(env: &Env) -> Vec<String> {
    let set = env.vars.iter().map(|(name, value)| format!("{name}={}", quoted(value)));
    let prepended =
        env.prepend.iter().map(|(name, values)| format!("{name}={}", quoted(&format!("{}:${name}", values.join(":")))));
    set.chain(prepended).collect()
}

fn quoted(value: &str) -> String {
    if value.is_empty() || value.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"') {
        format!("{value:?}")
    } else {
        value.to_owned()
    }
}

fn made(mkfile: &Mkfile) -> String {
    let held = match std::str::from_utf8(&mkfile.data) {
        Ok(text) if text.len() < SHOWN_BYTES && text.lines().count() <= 1 => format!(": {text:?}"),
        _ => format!(": {} bytes", mkfile.data.len()),
    };
    format!("mkfile {} mode {:04o}{held}", mkfile.dest, mkfile.mode)
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line at a level, two blanks each. Control characters are shown, not written.
    fn line(&mut self, level: usize, line: &str) {
        let shown = visible_whole(line).replace('\n', "\\n").replace('\t', "\\t");
        self.text.push_str(&"  ".repeat(level));
        self.text.push_str(shown.trim_end());
        self.text.push('\n');
    }

    /// A line that goes on below, further in, where it gets too long.
    fn wrapped(&mut self, level: usize, line: &str) {
        let room = WIDTH.saturating_sub(2 * level);
        let mut present = String::new();
        let mut at = level;
        for word in line.split(' ') {
            let taken = present.chars().count() + 1 + word.chars().count();
            if !present.trim().is_empty() && taken > room.saturating_sub(2 * (at - level)) {
                self.line(at, &present);
                present.clear();
                at = level + 2;
                present.push_str(word);
            } else {
                if !present.is_empty() {
                    present.push(' ');
                }
                present.push_str(word);
            }
        }
        self.line(at, &present);
    }

    fn stage(&mut self, stage: &Stage) {
        let name = if stage.name.is_empty() { String::new() } else { format!("  {}", stage.name) };
        self.line(1, &format!("{}{name}", stage.id));
        self.wrapped(2, &format!("from {}", input(&stage.source)));
        for entry in &stage.env {
            self.wrapped(2, &format!("env {entry}"));
        }
        if let Some(dir) = &stage.dir {
            self.line(2, &format!("workdir {dir}"));
        }
        for operation in &stage.operations {
            self.operation(operation);
        }
        for (word, names) in [("provides", &stage.provides), ("writes", &stage.writes)] {
            if !names.is_empty() {
                self.wrapped(2, &format!("{word} {}", names.join(", ")));
            }
        }
    }

    fn operation(&mut self, operation: &Operation) {
        match &operation.kind {
            OperationKind::Exec(exec) => self.exec(exec),
            OperationKind::Env(env) => {
                for variable in variables(env) {
                    self.wrapped(2, &format!("env {variable}"));
                }
            }
            other => self.wrapped(2, &summary(other)),
        }
    }

    fn exec(&mut self, exec: &Exec) {
        let command = command(exec);
        let command = command.trim_end();
        if command.contains('\n') {
            self.line(2, "run");
            for line in command.lines() {
                self.line(4, line);
            }
        } else {
            self.wrapped(2, &format!("run {command}"));
        }
        for each in &exec.mounts {
            self.wrapped(3, &format!("mount {}", mount(each)));
        }
        for entry in &exec.env {
            self.wrapped(3, &format!("env {entry}"));
        }
        match exec.network {
            Some(Network::None) => self.line(3, "network none"),
            Some(Network::Host) => self.line(3, "network host"),
            Some(Network::Default) | None => {}
        }
    }

    fn contexts(&mut self, plan: &Plan) {
        if plan.contexts.is_empty() {
            return;
        }
        self.blank();
        self.line(0, "contexts");
        for (key, context) in &plan.contexts {
            let name = if context.name == *key { String::new() } else { format!(" ({})", context.name) };
            let description = context.description.as_ref().map(|text| format!("  {text}")).unwrap_or_default();
            self.wrapped(1, &format!("{key}{name}{description}"));
        }
    }

    fn export(&mut self, plan: &Plan) {
        let export = &plan.export;
        let mut lines = Vec::new();
        lines.extend(export.tags.iter().map(|tag| format!("tag {tag}")));
        if !export.entrypoint.is_empty() {
            lines.push(format!("entrypoint {}", words(&export.entrypoint)));
        }
        if !export.cmd.is_empty() {
            lines.push(format!("cmd {}", words(&export.cmd)));
        }
        lines.extend(export.working_dir.iter().map(|dir| format!("workdir {dir}")));
        lines.extend(export.user.iter().map(|user| format!("user {user}")));
        lines.extend(export.env.iter().map(|entry| format!("env {entry}")));
        lines.extend(export.exposed_ports.keys().map(|port| format!("expose {port}")));
        lines.extend(export.labels.iter().map(|(name, value)| {
            if value.len() > LONGEST_LABEL {
                format!("label {name}: {} bytes", value.len())
            } else {
                format!("label {name}={}", quoted(value))
            }
        }));
        let last = plan.stages.last().map_or("nothing", |stage| stage.id.as_str());
        self.blank();
        self.line(0, &format!("image: stage {last}"));
        for line in lines {
            self.wrapped(1, &line);
        }
    }
}
