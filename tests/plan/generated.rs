//! Random plans of which every field may be set: written, read, compared, described.

use cogpack::check::phase::Phase;
use cogpack::plan::describe::describe;
use cogpack::plan::diff::diff;
use cogpack::plan::diff::lines::to_text;
use cogpack::plan::model::{
    Context, Copy, Empty, Env, Exec, Export, Input, Layer, Mkdir, Mkfile, Mount, Network, Operation, OperationKind,
    Origin, PLAN_VERSION, Patterns, Plan, Platform, Rm, Sharing, Stage, True, User, Workdir,
};
use cogpack::plan::write::to_json;

use crate::mutations::Dice;
use crate::schema::{complaints, validator};
use crate::{errors, load};

struct Maker {
    dice: Dice,
    stages: usize,
}

impl Maker {
    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.dice.below(2) == 0).then(|| make(self))
    }

    fn some<T>(&mut self, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.dice.below(3)).map(|_| make(self)).collect()
    }

    fn flag(&mut self) -> bool {
        self.dice.below(2) == 0
    }

    fn text(&mut self) -> String {
        ["a", "b c", "ü💥", "\"q\"", "x\ny\n", "\\", "${x}"][self.dice.below(7)].to_owned()
    }

    fn path(&mut self) -> String {
        format!("/{}/{}", ["src", "usr/local", "v e", "ü"][self.dice.below(4)], self.dice.below(100_000))
    }

    fn assignment(&mut self) -> String {
        format!("V{}={}", self.dice.below(5), self.text())
    }

    fn user(&mut self) -> String {
        ["0", "1000:1000", "app"][self.dice.below(3)].to_owned()
    }

    fn input(&mut self) -> Input {
        match self.dice.below(6) {
            0 if self.stages > 0 => Input::Stage { stage: format!("s{}", self.dice.below(self.stages)) },
            1 => Input::Local { local: "context".to_owned(), include: self.some(Self::text) },
            2 => Input::Url { url: "https://files.example/x".to_owned(), sha256: self.maybe(|_| "0a".repeat(32)) },
            3 => Input::Git { git: "https://git.example/r".to_owned(), reference: self.maybe(Self::text) },
            4 => Input::Scratch { scratch: True },
            _ => Input::Image { image: "registry.example/debian:12".to_owned() },
        }
    }

    fn mount(&mut self) -> Mount {
        match self.dice.below(5) {
            0 => Mount::Bind {
                source: self.input(),
                path: self.maybe(Self::path),
                target: self.path(),
                readonly: self.flag(),
            },
            1 => Mount::Cache {
                id: self.maybe(Self::text),
                target: self.path(),
                sharing: [Sharing::Shared, Sharing::Private, Sharing::Locked][self.dice.below(3)],
            },
            2 => Mount::Tmpfs { target: self.path(), size: self.maybe(|maker| maker.dice.below(1 << 30) as u64) },
            3 => Mount::Secret {
                id: self.text(),
                target: Some(self.path()),
                env: self.maybe(|_| "TOKEN".to_owned()),
                optional: self.flag(),
            },
            _ => Mount::Ssh { id: self.maybe(Self::text) },
        }
    }

    fn exec(&mut self) -> Exec {
        let command = self.maybe(Self::text);
        let args = if command.is_some() { Vec::new() } else { vec!["program".to_owned(), String::new(), self.text()] };
        Exec {
            command,
            args,
            env: self.some(Self::assignment),
            network: self.maybe(|maker| [Network::None, Network::Host, Network::Default][maker.dice.below(3)]),
            mounts: self.some(Self::mount),
        }
    }

    fn copy(&mut self) -> Copy {
        Copy {
            from: self.input(),
            src: vec!["/".to_owned(), self.text()],
            dest: self.path(),
            chown: self.maybe(Self::user),
            chmod: self.maybe(|_| "0755".to_owned()),
            patterns: Patterns { include: self.some(Self::text), exclude: self.some(Self::text) },
            create_dest_path: self.flag(),
            contents_only: self.flag(),
            optional: self.flag(),
        }
    }

    fn kind(&mut self, layer: &str) -> OperationKind {
        match self.dice.below(9) {
            0 => OperationKind::Exec(self.exec()),
            1 => OperationKind::Copy(self.copy()),
            2 => OperationKind::Env(Env {
                vars: self.some(|maker| (format!("V{}", maker.dice.below(9)), maker.text())).into_iter().collect(),
                prepend: self.some(|maker| ("PATH".to_owned(), maker.some(Self::path))).into_iter().collect(),
            }),
            3 => OperationKind::Mkfile(Mkfile {
                dest: self.path(),
                data: self.some(|maker| u8::try_from(maker.dice.below(256)).unwrap()),
                mode: u32::try_from(self.dice.below(0o10000)).unwrap(),
            }),
            4 => OperationKind::Mkdir(Mkdir { path: self.path(), mode: 0o755, chown: self.maybe(Self::user) }),
            5 => OperationKind::Rm(Rm { path: self.path(), optional: self.flag() }),
            6 => OperationKind::Workdir(Workdir { path: self.path() }),
            7 => OperationKind::User(User { user: self.user() }),
            _ => OperationKind::Layer(Layer { stage: layer.to_owned() }),
        }
    }

    fn origin(&mut self) -> Origin {
        let line = u32::try_from(self.dice.below(500)).unwrap();
        Origin { block: self.text(), file: "b.block".to_owned(), line, column: 1, end_line: line, end_column: 9 }
    }

    fn operation(&mut self) -> Operation {
        Operation { kind: self.kind("s0"), origin: self.maybe(Self::origin) }
    }

    fn stage(&mut self, phase: Phase) -> Stage {
        let mut stage = Stage::new(format!("s{}", self.stages), self.input());
        stage.phase = Some(phase);
        if self.stages > 0 {
            stage.operations = self.some(Self::operation);
        }
        stage.name = self.maybe(Self::text).unwrap_or_default();
        stage.env = self.some(Self::assignment);
        stage.dir = self.maybe(Self::path);
        stage.provides = self.some(Self::text);
        stage.writes = vec![self.path()];
        stage.origin = self.maybe(Self::origin);
        self.stages += 1;
        stage
    }

    fn plan(&mut self) -> Plan {
        self.stages = 0;
        let stages = (0..=self.dice.below(6)).map(|index| self.stage(Phase::ALL[index * 2])).collect();
        let context = Context {
            name: self.text(),
            source_block: self.maybe(Self::text),
            description: self.maybe(Self::text),
            metadata: self.some(|maker| (maker.text(), maker.text())).into_iter().collect(),
        };
        Plan {
            version: PLAN_VERSION,
            platform: Platform {
                os: "linux".to_owned(),
                arch: "arm".to_owned(),
                variant: self.maybe(|_| "v7".to_owned()),
            },
            stages,
            export: Export {
                tags: self.some(Self::text),
                labels: self.some(|maker| (maker.text(), maker.text())).into_iter().collect(),
                entrypoint: self.some(Self::text),
                cmd: self.some(Self::text),
                env: self.some(Self::assignment),
                exposed_ports: self
                    .some(|maker| (format!("{}/udp", maker.dice.below(9) + 1), Empty {}))
                    .into_iter()
                    .collect(),
                working_dir: self.maybe(Self::path),
                user: self.maybe(Self::user),
            },
            contexts: [("context".to_owned(), context)].into_iter().collect(),
        }
    }
}

#[test]
fn every_plan_is_read_as_it_was_written_and_fits_the_schema() {
    let mut maker = Maker { dice: Dice(0x0dd_ba11), stages: 0 };
    let validator = validator();
    let mut before = maker.plan();
    for _ in 0..400 {
        let plan = maker.plan();
        let written = to_json(&plan);
        let (read, found) = load(&written);
        assert!(read.as_ref() == Some(&plan), "{:?}\n{written}", errors(&found));
        let json = serde_json::from_str(&written).unwrap();
        assert_eq!(complaints(&validator, &json), Vec::<String>::new(), "{written}");
        assert!(diff(&plan, &plan).is_empty());
        assert!(!describe(&plan).contains("\n\n\n"));
        let found = diff(&before, &plan);
        assert_eq!(found.is_empty(), to_text(&found).is_empty());
        assert!(!found.is_empty(), "two random plans are the same");
        before = plan;
    }
}
