//! Tables of texts with `@` for the slot. `against_sh` compares with a real shell.

use crate::check::shell::{Lexed, Piece, Place, lex, quote, unexpanded_variable};

/// The pieces of a text in which `@` is a slot.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for (n, part) in text.split('@').enumerate() {
        if n > 0 {
            pieces.push(Piece::Slot);
        }
        pieces.push(Piece::Text(part));
    }
    pieces
}

pub(super) fn lexed(text: &str) -> Lexed {
    lex(&pieces(text))
}

/// One slot in short: `word` for a place, then `alone`, `leads`, `command` where they hold.
fn short(text: &str) -> String {
    let lexed = lexed(text);
    let shown = lexed.slots.iter().map(|slot| {
        let place = match &slot.place {
            Place::Word => "word".into(),
            Place::SingleQuotes => "single".into(),
            Place::DoubleQuotes => "double".into(),
            Place::Backquotes => "back".into(),
            Place::HereDocument => "here".into(),
            Place::Comment => "comment".into(),
            Place::ParameterExpansion => "parameter".into(),
            Place::Arithmetic => "arithmetic".into(),
            Place::CodeArgument(name) => format!("code({name})"),
            Place::Unclear(_) => "unclear".to_owned(),
        };
        let flags = [(slot.alone, " alone"), (slot.leads, " leads"), (slot.command, " command")];
        let flags: String = flags.iter().filter(|(holds, _)| *holds).map(|(_, name)| *name).collect();
        if place == "word" { place + &flags } else { place }
    });
    let problems = lexed.problems.iter().map(|problem| format!("! {}", problem.message));
    shown.chain(problems).collect::<Vec<_>>().join("; ")
}

const TABLE: &[(&str, &str)] = &[
    // Words
    ("echo @", "word alone leads"),
    ("echo @ x", "word alone leads"),
    ("echo\t@\n", "word alone leads"),
    ("echo @;x", "word alone leads"),
    ("echo @&& x", "word alone leads"),
    ("echo @|x", "word alone leads"),
    ("echo @ @", "word alone leads; word alone leads"),
    ("echo @@", "word leads; word"),
    ("echo --x=@", "word"),
    ("echo a@", "word"),
    ("echo @b", "word leads"),
    ("echo @/b/@.txt", "word leads; word"),
    ("echo 'a'@", "word"),
    ("echo \"a\"@\"b\"", "word"),
    ("echo ''@", "word"),
    ("echo \"$x\"@", "word"),
    ("echo ${x}@", "word"),
    ("echo $(x)@", "word"),
    ("echo `x`@", "word"),
    ("echo @${x}", "word leads"),
    ("echo \\\n@", "word alone leads"),
    ("echo a\\\n@", "word"),
    ("echo a\\ @", "word"),
    ("echo @#x", "word leads"),
    ("echo a#@", "word"),
    ("echo $?@ $$@", "word; word"),
    ("echo [a]@ {a}@ ~/@", "word; word; word"),
    // Commands
    ("@", "word alone leads command"),
    ("@ x", "word alone leads command"),
    ("a; @ x", "word alone leads command"),
    ("a\n@", "word alone leads command"),
    ("a && @", "word alone leads command"),
    ("if @; then @; fi", "word alone leads command; word alone leads command"),
    ("/venv/bin/@ x", "word command"),
    ("A=1 @", "word alone leads command"),
    ("exec @", "word alone leads command"),
    ("env -i A=b @", "word alone leads command"),
    ("sudo -E @", "word alone leads command"),
    ("timeout 10 @", "word alone leads command"),
    ("find . -exec @ {} +", "word alone leads command"),
    ("find . -name @ -exec x @ {} ;", "word alone leads; word alone leads"),
    ("@ @", "word alone leads command; word alone leads"),
    ("echo if @", "word alone leads"),
    // Assignments
    ("A=@", "word"),
    ("A=@ x", "word"),
    ("A=a:@", "word"),
    ("export A=@", "word"),
    ("@=x", "unclear"),
    ("A@=x y", "unclear"),
    ("A=@=x", "word"),
    ("A=~@", "unclear"),
    ("echo a=~@", "unclear"),
    // Redirections
    ("echo >@", "word leads"),
    ("echo > @ x", "word leads"),
    ("echo >>@ <@", "word leads; word leads"),
    ("echo >|@", "word leads"),
    ("echo >&@", "unclear"),
    ("echo 2>&@", "unclear"),
    ("echo @>x", "unclear"),
    ("echo a@>x", "unclear"),
    ("echo @ >x", "word alone leads"),
    ("cat <<<@", "unclear"),
    ("cat <(@)", "unclear"),
    // Quotes and expansions
    ("echo '@'", "single"),
    ("echo \"@\"", "double"),
    ("echo \"a @ b\" @", "double; word alone leads"),
    ("echo \"\\\"@\"", "double"),
    ("echo '\\'@", "word"),
    ("echo \"'\"@", "word"),
    ("echo `a @`", "back"),
    ("echo \"`a @`\"", "back"),
    ("echo `a \\` @ \\`` @", "back; word alone leads"),
    ("echo ${x:-@}", "parameter"),
    ("echo \"${x:-@}\"", "parameter"),
    ("echo ${x:-$(a @)}", "parameter"),
    ("echo ${x:-'}'@} @", "parameter; word alone leads"),
    ("echo \"${x:-'@'}\" @", "unclear; unclear"),
    ("echo $((1 + @))", "arithmetic"),
    ("echo $(((1) + $(a @))) @", "arithmetic; word alone leads"),
    ("echo $((a) @)", "unclear"),
    ("echo $(a @)", "word alone leads"),
    ("echo \"$(a @)\"", "word alone leads"),
    ("echo \"$(a \"@\" '@' @)\" @", "double; single; word alone leads; word alone leads"),
    ("echo \"$(@)\"", "word alone leads command"),
    ("(a @)", "word alone leads"),
    ("{ a @; }", "word alone leads"),
    ("f() { a @; }", "word alone leads"),
    ("echo $'a@'", "single"),
    ("echo $'a\\'@", "unclear"),
    ("echo $@", "unclear"),
    ("echo $FOO@", "unclear"),
    ("echo $FOO-@", "word"),
    ("echo $1@", "unclear"),
    ("echo \\@", "unclear"),
    ("echo [@]", "unclear"),
    ("echo [a@", "unclear"),
    ("[ @ = x ]", "word alone leads"),
    ("echo {@,a}", "unclear"),
    ("echo ~@", "unclear"),
    ("(( @ ))", "unclear"),
    ("echo $[@]", "unclear"),
    ("@() { x; }", "unclear"),
    ("@ () { x; }", "unclear"),
    ("echo +(@)", "unclear"),
    // Comments
    ("# @", "comment"),
    ("echo a # @\n@", "comment; word alone leads command"),
    ("echo a;#@", "comment"),
    ("# it's\necho @", "word alone leads"),
    ("# a \\\necho @", "word alone leads"),
    // Compound commands
    ("case @ in a) b @;; esac; c @", "word leads; word alone leads; word alone leads"),
    ("case x in @) b;; (@|c) d;; *) @;; esac", "word leads; word leads; word alone leads command"),
    ("echo $(case x in a) b @;; esac) @", "word alone leads; word alone leads"),
    ("case x in a) case y in b) c;; esac;; d) e @;; esac", "word alone leads"),
    ("case x\nin\na) b @\nesac", "word alone leads"),
    ("case x @ in a) b;; esac", "unclear"),
    ("for x in @; do a @; done", "word alone leads; word alone leads"),
    ("for x in a b @ c\ndo a\ndone", "word alone leads"),
    ("for @ in a; do b; done", "unclear"),
    ("for x\nin @; do b; done", "word alone leads"),
    ("while @; do a @; done", "word alone leads command; word alone leads"),
    // Here-documents
    ("cat <<EOT\n@\nEOT\necho @", "here; word alone leads"),
    ("cat <<'EOT' >@\n@ \"\nEOT\necho @", "word leads; here; word alone leads"),
    ("cat <<-EOT\n\ta @\n\tEOT\necho @", "here; word alone leads"),
    ("cat <<A <<B @\n@\nA\n@ '\nB\necho @", "word alone leads; here; here; word alone leads"),
    ("cat <<@\nx\n", "unclear"),
    ("cat <<EOT\nx@\n", "here; ! the here-document `EOT` is not closed"),
    ("cat <<EOT", "! the here-document `EOT` is not closed"),
    ("cat <<EOT\nx\n EOT\n", "! the here-document `EOT` is not closed"),
    ("a $(cat <<E\n@\nE\n) @", "here; word alone leads"),
    ("cat <<E \"\n@\nE\n", "unclear"),
    ("cat <<E $(\n@\nE\n)", "unclear"),
    ("cat <<$X\n@\nX\n", "unclear"),
    ("cat <<E\na\\\nE\n@\nE\n", "unclear"),
    ("cat <<E\n$(echo\nE\n@)", "unclear"),
    // Code
    ("eval @", "code(eval)"),
    ("eval \"x @\"", "code(eval)"),
    ("eval 'x @'", "code(eval)"),
    ("eval \"$(x @)\"", "code(eval)"),
    ("\"eval\" @", "code(eval)"),
    ("e\\val @", "code(eval)"),
    ("A=1 eval x @; b @", "code(eval); word alone leads"),
    ("command eval @", "code(eval)"),
    ("if eval @; then b; fi", "code(eval)"),
    ("$X eval @", "code(eval)"),
    ("@ eval @", "word alone leads command; code(eval)"),
    ("trap @ EXIT", "code(trap)"),
    ("alias a=@", "code(alias)"),
    ("ssh host @", "code(ssh)"),
    ("sh -c @", "code(-c)"),
    ("sh -c 'echo \"$1\"' sh @", "word alone leads"),
    ("sh -c \"a @\"", "code(-c)"),
    ("sh -c@", "code(-c)"),
    ("/bin/bash -ec @", "code(-c)"),
    ("bash -lc 'a' @", "word alone leads"),
    ("bash -euo pipefail -c @", "code(-c)"),
    ("bash -euoc pipefail @ x", "code(-c)"),
    ("bash -c -o pipefail @", "code(-c)"),
    ("bash -c -- @", "code(-c)"),
    ("sh -c >x @", "code(-c)"),
    ("sh -c $X @", "code(-c)"),
    ("sudo -u x bash -lc @", "code(-c)"),
    ("docker run --rm x bash -lc @", "code(-c)"),
    ("ls | xargs sh -c @", "code(-c)"),
    ("find . -exec sh -c @ +", "code(-c)"),
    ("$SHELL -lc @", "code(-c)"),
    ("su --command=@", "code(--command)"),
    ("python3.11 -c @", "code(-c)"),
    ("/venv/bin/python -Sc @", "code(-c)"),
    ("python -m pip install @", "word alone leads"),
    ("perl -ne @", "code(-e)"),
    ("ruby -e @", "code(-e)"),
    ("node --eval @", "code(--eval)"),
    ("node -p @", "code(-p)"),
    ("sed -i @ x", "code(sed)"),
    ("sed -e @ x", "code(-e)"),
    ("sed -i s/a/@/ x", "code(sed)"),
    ("sed -i s/a/b/ @", "word alone leads"),
    ("awk -v x=@ '{print x}' @", "word; word alone leads"),
    ("awk @", "code(awk)"),
    ("pip install -e @ -r @", "word alone leads; word alone leads"),
    ("uv pip install --python @ @", "word alone leads; word alone leads"),
    // Not closed
    ("echo 'a @", "single; ! `'` is not closed"),
    ("echo \"a", "! `\"` is not closed"),
    ("echo $(a", "! `$(` is not closed"),
    ("echo ${a", "! `${` is not closed"),
    ("echo `a", "! `` ` `` is not closed"),
    ("(a", "! `(` is not closed"),
    ("a ) @", "unclear; ! `)` closes nothing"),
    ("it's", "! `'` is not closed"),
];

#[test]
fn every_slot_is_placed() {
    let wrong: Vec<String> = TABLE
        .iter()
        .filter(|(text, expected)| short(text) != *expected)
        .map(|(text, expected)| format!("{text:?}\n  expected {expected}\n  found    {}", short(text)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_problem_stands_where_it_starts() {
    let lexed = lexed("echo é@ 'x");
    let problem = lexed.problems.first().expect("a problem");
    assert_eq!((problem.piece, problem.offset), (2, 1));
}

#[test]
fn deep_nesting_is_refused() {
    let text = "$(".repeat(10_000) + "@";
    assert_eq!(short(&text), "unclear");
    let text = "(".repeat(3) + "@";
    assert_eq!(short(&text), "unclear");
}

#[test]
fn long_text_takes_linear_time() {
    let (long, started) = (20_000, std::time::Instant::now());
    for unit in
        ["@", "=", "@=", "\"@\"", "<<E ", "a\n", "$(a)", "${a}", "case x in ", "[", "\\\n", "-c ", "@ ", "# @\n"]
    {
        for start in ["-", "a@", "<<E ", "A="] {
            let text = format!("{start}{}", unit.repeat(long));
            assert_eq!(lexed(&text).slots.len(), text.matches('@').count());
            let text = format!("{start}{}{}", "a".repeat(long), unit.repeat(long));
            assert_eq!(lexed(&text).slots.len(), text.matches('@').count());
        }
    }
    assert!(started.elapsed().as_secs() < 60, "it takes two seconds when each item is read once");
}

#[test]
fn a_word_is_quoted_where_it_must_be() {
    for (word, quoted) in [
        ("", "''"),
        ("a", "a"),
        ("numpy==1.2", "numpy==1.2"),
        ("a b", "'a b'"),
        ("it's", r"'it'\''s'"),
        ("--index=https://x.example/a+b,c@d%20", "--index=https://x.example/a+b,c@d%20"),
        ("$(x)", "'$(x)'"),
        ("~", "'~'"),
        ("*", "'*'"),
        ("#", "'#'"),
        ("if", "'if'"),
        ("PATH=x", "'PATH=x'"),
        ("==x", "'==x'"),
        ("=x", "'=x'"),
        ("a\nb", "'a\nb'"),
        ("é", "'é'"),
    ] {
        assert_eq!(quote(word), quoted);
    }
}

#[test]
fn a_variable_that_nothing_expands_is_found() {
    for (text, found) in [
        ("$PATH:/x", Some((0..5, "PATH"))),
        ("a:${LD_PATH:-é}b", Some((2..16, "LD_PATH"))),
        ("${x", Some((0..3, "x"))),
        ("é$_a", Some((2..5, "_a"))),
        ("$ORIGIN", Some((0..7, "ORIGIN"))),
        ("$$a", Some((1..3, "a"))),
        ("${", Some((0..2, ""))),
        ("cost 5$", None),
        ("$1 $$ $( $", None),
        ("", None),
    ] {
        assert_eq!(unexpanded_variable(text), found, "{text}");
        if let Some((range, _)) = found {
            assert!(text.get(range).is_some());
        }
    }
}
