//! Commands of a plan → commands of the graph.

use bollard_buildkit_proto::pb;

use crate::llb::error::{self, Place};
use crate::llb::graph::State;
use crate::llb::graph::exec as graph;
use crate::llb::graph::exec::{MountKind, Secret, Ssh};
use crate::llb::graph::state::{Network, Values};
use crate::llb::lower::Lowering;
use crate::llb::lower::label::{Labels, words_for_command};
use crate::plan::model::{self, Exec, Mount, Sharing};

impl<'a> Lowering<'a> {
    /// Runs a command on `state`.
    pub(super) fn exec(&mut self, labels: &Labels<'a>, exec: &'a Exec, at: Place<'a>, state: &State) -> State {
        let (args, words) = match (&exec.command, exec.args.as_slice()) {
            (Some(command), _) => {
                let args = ["/bin/sh", "-c", command].map(str::to_owned).to_vec();
                (args, words_for_command(command).to_owned())
            }
            (None, []) => {
                self.sink.push(error::no_command(at));
                return state.clone();
            }
            (None, args) => (args.to_vec(), args.join(" ")),
        };
        let mut lowered = graph::Exec { args, values: own_values(exec, state), ..graph::Exec::default() };
        for mount in &exec.mounts {
            self.mount(mount, at, &mut lowered);
        }
        let throws_away = lowered.mounts.iter().any(|mount| mount.no_output);
        let meta = self.meta(labels, at.origin, &format!("run {words}"));
        let meta = meta.needing(throws_away, "exec.mount.bind.readwrite-nooutput");
        self.graph.exec(state, lowered, meta).root
    }

    fn mount(&mut self, mount: &'a Mount, at: Place<'a>, exec: &mut graph::Exec) {
        let scratch = |target: &str, kind| graph::Mount { kind, ..graph::Mount::bind(target, State::scratch()) };
        match mount {
            Mount::Bind { source, path, target, readonly } => {
                let source = self.tree(source, at);
                exec.mounts.push(graph::Mount {
                    selector: path.clone().unwrap_or_default(),
                    readonly: *readonly,
                    no_output: !readonly,
                    ..graph::Mount::bind(target, source)
                });
            }
            Mount::Cache { id, target, sharing } => {
                let id = id.clone().unwrap_or_else(|| target.clone());
                let sharing = match sharing {
                    Sharing::Shared => pb::CacheSharingOpt::Shared,
                    Sharing::Private => pb::CacheSharingOpt::Private,
                    Sharing::Locked => pb::CacheSharingOpt::Locked,
                };
                exec.mounts.push(scratch(target, MountKind::Cache { id, sharing }));
            }
            Mount::Tmpfs { target, size } => {
                let size = size.map_or(0, |size| i64::try_from(size).unwrap_or(i64::MAX));
                exec.mounts.push(scratch(target, MountKind::Tmpfs { size }));
            }
            Mount::Secret { id, target, env, optional } => {
                // With neither a file nor a variable it is a file where Docker's tools look for one.
                let target = match (target, env) {
                    (None, None) => Some(format!("/run/secrets/{id}")),
                    (target, _) => target.clone(),
                };
                let secret =
                    Secret { id: id.clone(), target, env: env.clone(), optional: *optional, ..Secret::default() };
                exec.secrets.push(secret);
            }
            Mount::Ssh { id } => exec.ssh.push(Ssh { id: id.clone().unwrap_or_default(), ..Ssh::default() }),
        }
    }
}

/// What a command starts from, where that is not what the state says.
fn own_values(exec: &Exec, state: &State) -> Option<Values> {
    let network = match exec.network {
        None | Some(model::Network::Default) => Network::Sandbox,
        Some(model::Network::None) => Network::None,
        Some(model::Network::Host) => Network::Host,
    };
    if exec.env.is_empty() && network == state.values().network {
        return None;
    }
    let mut values = Values { network, ..state.values().clone() };
    for (name, value) in exec.env.iter().filter_map(|line| line.split_once('=')) {
        values.env.set(name, value);
    }
    Some(values)
}
