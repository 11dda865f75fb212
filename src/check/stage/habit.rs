//! Commands that need the network, told by their words: a guess, good enough for a warning.

use crate::check::hir::ShellPart;

/// Programs that need the network, and with which subcommands; none: always.
const TOOLS: &[(&str, &[&str])] = &[
    ("curl", &[]),
    ("wget", &[]),
    ("pip", &["install", "download"]),
    ("pip3", &["install", "download"]),
    ("apt", &["update", "install", "upgrade"]),
    ("apt-get", &["update", "install", "upgrade", "dist-upgrade"]),
    ("apk", &["add", "update", "upgrade"]),
    ("dnf", &["install", "update", "upgrade"]),
    ("yum", &["install", "update", "upgrade"]),
    ("uv", &["pip", "sync", "add", "tool", "python", "lock"]),
    ("poetry", &["install", "add", "update", "lock"]),
    ("conda", &["install", "create", "update"]),
    ("pixi", &["install", "add", "update"]),
    ("npm", &["ci", "install", "i", "update"]),
    ("pnpm", &["install", "i", "add", "fetch"]),
    ("yarn", &["install", "add"]),
    ("npx", &[]),
    ("git", &["clone", "fetch", "pull", "ls-remote", "submodule"]),
    ("cargo", &["install", "fetch"]),
    ("go", &["install", "get"]),
    ("gem", &["install"]),
    ("huggingface-cli", &["download"]),
];

/// Words before the program's name.
const PREFIXES: &[&str] =
    &["sudo", "env", "exec", "command", "time", "nohup", "if", "then", "else", "do", "while", "!"];

/// Options that say that the network is not needed.
const OFFLINE: &[&str] = &["--offline", "--no-index", "--no-download", "--prefer-offline", "--help", "--version"];

/// The first program in a shell text that needs the network.
pub(super) fn network_tool_of_shell(parts: &[ShellPart]) -> Option<String> {
    let text: String = parts
        .iter()
        .map(|part| match part {
            ShellPart::Text(text) => text.as_str(),
            ShellPart::Word { .. } | ShellPart::Words(_) | ShellPart::Raw(_) => "\u{1}",
        })
        .collect();
    commands(&text).iter().find_map(|words| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        network_tool(&words)
    })
}

/// The program that `words` run, if it needs the network.
pub(super) fn network_tool(words: &[&str]) -> Option<String> {
    let is_before = |word: &&&str| PREFIXES.contains(*word) || word.contains('=');
    let mut words = words.iter().skip_while(is_before);
    let program = words.next()?.rsplit('/').next()?;
    let (name, subcommands) = TOOLS.iter().find(|(name, _)| *name == program)?;
    let rest: Vec<&str> = words.copied().collect();
    if rest.iter().any(|word| OFFLINE.contains(word)) {
        return None;
    }
    let Some(subcommand) = rest.iter().find(|word| !word.starts_with('-')) else {
        return (subcommands.is_empty() || *name == "yarn").then(|| (*name).to_owned());
    };
    if subcommands.is_empty() {
        return Some((*name).to_owned());
    }
    subcommands.contains(subcommand).then(|| format!("{name} {subcommand}"))
}

/// The words of each simple command; operators within quotes do not count, quotes are removed.
fn commands(text: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let (mut word, mut quote) = (String::new(), None);
    for c in text.replace("\\\n", " ").chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => word.push(c),
            (None, '\'' | '"') => quote = Some(c),
            (None, _) if c.is_whitespace() || ";&|(){}`".contains(c) => {
                if let Some(last) = commands.last_mut()
                    && !word.is_empty()
                {
                    last.push(std::mem::take(&mut word));
                }
                if c == '\n' || !c.is_whitespace() {
                    commands.push(Vec::new());
                }
            }
            (None, _) => word.push(c),
        }
    }
    if let Some(last) = commands.last_mut()
        && !word.is_empty()
    {
        last.push(word);
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(text: &str) -> Option<String> {
        network_tool_of_shell(&[ShellPart::Text(text.into())])
    }

    #[test]
    fn a_download_anywhere_in_the_text_is_seen() {
        assert_eq!(tool("mkdir /x && cd /x\ncurl -L https://host.example/x | tar x").as_deref(), Some("curl"));
        assert_eq!(tool("DEBIAN_FRONTEND=noninteractive apt-get -qq update").as_deref(), Some("apt-get update"));
        assert_eq!(tool("/venv/bin/pip install x").as_deref(), Some("pip install"));
    }

    #[test]
    fn what_works_offline_is_left_alone() {
        for text in ["uv venv /venv", "git describe", "pip install --no-index x", "echo 'run; curl x'", "npm run build"]
        {
            assert_eq!(tool(text), None, "{text}");
        }
    }
}
