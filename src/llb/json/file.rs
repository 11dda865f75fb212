//! The actions of a file op → JSON.

use bollard_buildkit_proto::pb;
use pb::file_action::Action;
use serde_json::Value;

use super::Fields;

/// One action.
pub(super) fn action(it: &pb::FileAction) -> Value {
    let fields = Fields::default()
        .scalar("input", it.input)
        .scalar("secondaryInput", it.secondary_input)
        .scalar("output", it.output);
    match &it.action {
        None => fields,
        Some(Action::Copy(it)) => fields.message("copy", Some(copy(it))),
        Some(Action::Mkfile(it)) => fields.message("mkfile", Some(mkfile(it))),
        Some(Action::Mkdir(it)) => fields.message("mkdir", Some(mkdir(it))),
        Some(Action::Rm(it)) => fields.message("rm", Some(rm(it))),
        Some(Action::Symlink(it)) => fields.message("symlink", Some(symlink(it))),
    }
    .done()
}

fn copy(it: &pb::FileActionCopy) -> Value {
    Fields::default()
        .scalar("src", it.src.as_str())
        .scalar("dest", it.dest.as_str())
        .message("owner", it.owner.as_ref().map(owner))
        .scalar("mode", it.mode)
        .scalar("followSymlink", it.follow_symlink)
        .scalar("dirCopyContents", it.dir_copy_contents)
        .scalar("attemptUnpackDockerCompatibility", it.attempt_unpack_docker_compatibility)
        .scalar("createDestPath", it.create_dest_path)
        .scalar("allowWildcard", it.allow_wildcard)
        .scalar("allowEmptyWildcard", it.allow_empty_wildcard)
        .scalar("timestamp", it.timestamp)
        .scalar("include_patterns", it.include_patterns.clone())
        .scalar("exclude_patterns", it.exclude_patterns.clone())
        .scalar("alwaysReplaceExistingDestPaths", it.always_replace_existing_dest_paths)
        .scalar("modeStr", it.mode_str.as_str())
        .scalar("required_paths", it.required_paths.clone())
        .done()
}

fn mkfile(it: &pb::FileActionMkFile) -> Value {
    Fields::default()
        .scalar("path", it.path.as_str())
        .scalar("mode", it.mode)
        .bytes("data", "data_utf8", &it.data)
        .message("owner", it.owner.as_ref().map(owner))
        .scalar("timestamp", it.timestamp)
        .done()
}

fn mkdir(it: &pb::FileActionMkDir) -> Value {
    Fields::default()
        .scalar("path", it.path.as_str())
        .scalar("mode", it.mode)
        .scalar("makeParents", it.make_parents)
        .message("owner", it.owner.as_ref().map(owner))
        .scalar("timestamp", it.timestamp)
        .done()
}

fn rm(it: &pb::FileActionRm) -> Value {
    Fields::default()
        .scalar("path", it.path.as_str())
        .scalar("allowNotFound", it.allow_not_found)
        .scalar("allowWildcard", it.allow_wildcard)
        .done()
}

fn symlink(it: &pb::FileActionSymlink) -> Value {
    Fields::default()
        .scalar("oldpath", it.oldpath.as_str())
        .scalar("newpath", it.newpath.as_str())
        .message("owner", it.owner.as_ref().map(owner))
        .scalar("timestamp", it.timestamp)
        .done()
}

fn owner(it: &pb::ChownOpt) -> Value {
    Fields::default().message("user", it.user.as_ref().map(id)).message("group", it.group.as_ref().map(id)).done()
}

fn id(it: &pb::UserOpt) -> Value {
    match &it.user {
        None => Fields::default(),
        Some(pb::user_opt::User::ByName(it)) => Fields::default().message(
            "byName",
            Some(Fields::default().scalar("name", it.name.as_str()).scalar("input", it.input).done()),
        ),
        // A set number stands even when it is 0.
        Some(pb::user_opt::User::ById(number)) => Fields::default().message("byID", Some((*number).into())),
    }
    .done()
}
