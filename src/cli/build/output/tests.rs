//! Tables of outputs, good and bad.

use super::*;

fn asked<'a>(specs: &'a [String], tags: &'a [String]) -> Asked<'a> {
    Asked { specs, tags, ..Asked::default() }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// `KIND key=value… [-> destination]`
fn shown(outputs: &[Output]) -> Vec<String> {
    let attributes = |output: &Output| -> String {
        output.attributes.iter().map(|(key, value)| format!(" {key}={value}")).collect()
    };
    let to = |output: &Output| output.destination.as_ref().map_or(String::new(), |to| format!(" -> {}", to.display()));
    outputs.iter().map(|output| format!("{:?}{}{}", output.kind, attributes(output), to(output))).collect()
}

#[test]
fn outputs_are_read_as_docker_writes_them() {
    let cases: &[(&str, &[&str])] = &[
        ("type=image", &["Image"]),
        ("type=registry,name=r.example/m", &["Image name=r.example/m:latest push=true"]),
        (
            "type=image,\"name=a,b:1\",push=false",
            &["Image name=docker.io/library/a:latest,docker.io/library/b:1 push=false"],
        ),
        (
            "type=image,name=r.example/m,push-by-digest=true,name-canonical=true",
            &["Image name=r.example/m push-by-digest=true name-canonical=true push=true"],
        ),
        ("type=docker", &["Docker"]),
        ("type=docker,dest=m.tar", &["Docker -> m.tar"]),
        (
            "type=oci,dest=out.tar,compression=zstd,compression-level=3",
            &["Oci compression=zstd compression-level=3 -> out.tar"],
        ),
        ("type=oci", &["Oci -> -"]),
        ("TYPE=oci,tar=false,dest=layout", &["Oci tar=false -> layout"]),
        (
            "type=oci,dest=-,annotation.org.x=y,annotation-index.a=b",
            &["Oci annotation.org.x=y annotation-index.a=b -> -"],
        ),
        ("type=tar,dest=-", &["Tar -> -"]),
        ("type=tar", &["Tar -> -"]),
        ("type=local,dest=out,platform-split=false", &["Local platform-split=false -> out"]),
        ("out", &["Local -> out"]),
        ("-", &["Tar -> -"]),
        ("\"type=local\",\"dest=a,b\"", &["Local -> a,b"]),
        ("type=cacheonly", &[]),
    ];
    for (text, want) in cases {
        let outputs = outputs(asked(&strings(&[text]), &[])).unwrap_or_else(|problem| panic!("{text}: {problem:?}"));
        assert_eq!(shown(&outputs), *want, "{text}");
    }
}

#[test]
fn wrong_outputs_are_refused_with_what_to_write() {
    let cases = [
        ("type=ocl,dest=x", "did you mean `oci`?"),
        ("type=frobnicate", "`image`, `docker`"),
        ("dest=x", "type=oci,dest=FILE"),
        ("type=oci,dest=x,compresion=zstd", "did you mean `compression`?"),
        ("type=oci,dest=x,compression=zst", "did you mean `zstd`?"),
        ("type=oci,dest=x,compression-level=high", "compression-level=3"),
        ("type=image,push=maybe", "push=true"),
        ("type=image,dest=x", "type=oci"),
        ("type=local", "dest=FOLDER"),
        ("type=oci,tar=false", "dest=FOLDER"),
        ("type=local,dest=-", "the path of a folder"),
        ("type=local,dest=x,annotation.a=b", "it is one of"),
        ("type=oci,dest=", "the path of a file"),
        ("type=oci,dest=.", "the path of a file"),
        ("type=oci,dest=no-such-folder/x.tar", "mkdir -p no-such-folder"),
        ("oci", "-o type=oci"),
        ("type=registry", "add `-t"),
        ("type=image,push=true", "add `-t"),
        ("type=image,name=Bad", "`bad`"),
        ("type=oci,\"dest=x", "in quotes as a whole"),
        ("type=oci,dest=a,dest=b", "type=oci,dest=FILE"),
        ("type=oci,x", "type=oci,dest=FILE"),
    ];
    for (text, help) in cases {
        let problem = outputs(asked(&strings(&[text]), &[])).expect_err(text);
        assert!(problem.help.as_ref().is_some_and(|it| it.contains(help)), "{text}: {problem:?}");
        assert_eq!(problem.exit.code(), 2);
    }
    assert!(outputs(asked(&strings(&["type=cacheonly,dest=x"]), &[])).is_err());
}

#[test]
fn tags_name_every_image_that_has_no_name() {
    let tags = strings(&["a", "b:1", "a:latest"]);
    let names = "name=docker.io/library/a:latest,docker.io/library/b:1";
    let cases: [(&[&str], bool, Vec<String>); 7] = [
        (&[], false, vec![format!("Image {names}")]),
        (&[], true, vec![format!("Image push=true {names}")]),
        (&["type=oci,dest=x"], false, vec![format!("Oci {names} -> x")]),
        (&["type=oci,dest=x"], true, vec![format!("Oci {names} -> x"), format!("Image push=true {names}")]),
        (&["type=image,name=c"], true, vec!["Image name=docker.io/library/c:latest push=true".into()]),
        (&["out"], false, vec!["Local -> out".into()]),
        (&["type=cacheonly"], false, vec![]),
    ];
    for (specs, push, want) in cases {
        let specs = strings(specs);
        let outputs = outputs(Asked { push, ..asked(&specs, &tags) }).unwrap();
        assert_eq!(shown(&outputs), want, "{specs:?} {push}");
    }
    assert_eq!(outputs(Asked::default()), Ok(vec![]), "no output: the cache only");
}

#[test]
fn what_contradicts_itself_is_refused() {
    let specs = strings(&["type=image,name=a,push=false"]);
    let problem = outputs(Asked { push: true, ..asked(&specs, &[]) }).unwrap_err();
    assert!(problem.message.contains("push=false"), "{problem}");
    assert!(outputs(Asked { push: true, ..Asked::default() }).unwrap_err().message.contains("needs a name"));
    for (pair, place) in [
        (["type=oci,dest=x", "type=docker,dest=./x"], "`./x`"),
        (["-", "type=oci"], "standard output"),
        (["out", "type=local,dest=out"], "`out`"),
    ] {
        let problem = outputs(asked(&strings(&pair), &[])).unwrap_err();
        assert_eq!(problem.message, format!("two outputs go to {place}"));
    }
    let specs = strings(&["type=oci"]);
    let problem = outputs(Asked { stdout_is_terminal: true, ..asked(&specs, &[]) }).unwrap_err();
    assert!(problem.message.contains("terminal"), "{problem}");
}

#[test]
fn an_id_that_is_asked_for_needs_an_image() {
    let with = |specs: &[&str], tags: &[&str]| {
        let (specs, tags) = (strings(specs), strings(tags));
        outputs(Asked { needs_image: true, ..asked(&specs, &tags) }).map(|outputs| shown(&outputs))
    };
    assert_eq!(with(&[], &[]), Ok(vec!["Image".to_owned()]));
    assert_eq!(with(&[], &["a"]), Ok(vec!["Image name=docker.io/library/a:latest".to_owned()]));
    assert_eq!(with(&["type=oci,dest=x"], &[]), Ok(vec!["Oci -> x".to_owned()]));
    for spec in ["type=cacheonly", "out", "type=tar,dest=x"] {
        assert!(with(&[spec], &["a"]).unwrap_err().message.contains("--iidfile"), "{spec}");
    }
}

#[test]
fn one_image_is_written_as_a_folder() {
    let specs = strings(&["type=oci,tar=false,dest=a", "type=docker,tar=0,dest=b"]);
    assert!(outputs(asked(&specs, &[])).unwrap_err().message.contains("as folders"));
    let specs = strings(&["type=oci,tar=false,dest=a", "type=docker,tar=true,dest=b", "type=local,dest=c"]);
    assert!(outputs(asked(&specs, &[])).is_ok());
}
