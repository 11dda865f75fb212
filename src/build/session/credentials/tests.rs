//! Credentials from folders and helpers made for the test.

use std::os::unix::fs::PermissionsExt as _;

use bollard_buildkit_proto::moby::filesync::v1::auth_client::AuthClient;
use tonic::Code;
use tonic::service::Routes;
use tonic::transport::Channel;

use super::*;
use crate::build::session::tests::daemon;

/// A folder with Docker's config, and programs beside it.
struct World {
    folder: tempfile::TempDir,
    findings: Findings,
}

impl World {
    fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.json"), config).unwrap();
        Self { folder, findings: Findings::default() }
    }

    /// A helper that runs these lines of a shell.
    fn with_helper(self, name: &str, script: &str) -> Self {
        let path = self.folder.path().join(helper::program(name));
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    fn credentials(&self) -> Credentials {
        let mut path = self.folder.path().as_os_str().to_owned();
        path.push(":/bin:/usr/bin");
        Credentials {
            folder: Some(self.folder.path().to_owned()),
            variable: None,
            folder_first: false,
            limit: helper::LIMIT,
            path: Some(path),
            known: Mutex::default(),
            findings: self.findings.clone(),
        }
    }

    async fn client(&self) -> AuthClient<Channel> {
        AuthClient::new(daemon(Routes::new(self.credentials().into_service())).await)
    }

    /// `NAME:SECRET`
    async fn of(&self, host: &str) -> String {
        ask(&mut self.client().await, host).await
    }

    fn found(&self) -> Vec<String> {
        self.findings.take().iter().map(|found| format!("{} {}", found.code.alias, found.message)).collect()
    }
}

async fn ask(client: &mut AuthClient<Channel>, host: &str) -> String {
    let answer = client.credentials(CredentialsRequest { host: host.to_owned() }).await.unwrap().into_inner();
    format!("{}:{}", answer.username, answer.secret)
}

/// Answers as `SERVER-name` with `canary`, and counts how often it is asked.
const ANSWERS: &str = r#"read -r server; echo x >> "$0.asked"
[ "$1" = get ] && printf '{"ServerURL":"%s","Username":"%s-name","Secret":"canary"}' "$server" "$server""#;

#[tokio::test]
async fn credentials_in_the_config_are_found_by_host() {
    // YTpiOmM= is a:b:c, bmFtZTo= is `name:`.
    let world = World::new(
        r#"{"auths": {
            "registry.example": {"auth": "YTpiOmM="},
            "https://old.example:5000/v1/": {"auth": "YTpiOmM"},
            "https://index.docker.io/v1/": {"username": "hub", "password": "p"},
            "token.example": {"auth": "bmFtZTo=", "identitytoken": "t"},
            "empty.example": {}
        }, "HttpHeaders": {"x": 1}}"#,
    );
    for (host, want) in [
        ("registry.example", "a:b:c"),
        ("old.example:5000", "a:b:c"),
        ("registry-1.docker.io", "hub:p"),
        ("docker.io", "hub:p"),
        ("token.example", ":t"),
        ("empty.example", ":"),
        ("other.example", ":"),
        ("old.example", ":"),
        ("", ":"),
    ] {
        assert_eq!(world.of(host).await, want, "{host}");
    }
    assert_eq!(world.found(), [""; 0]);
}

#[tokio::test]
async fn helpers_are_asked_with_the_server_on_their_input() {
    let config =
        r#"{"credsStore": "all", "credHelpers": {"own.example": "own"}, "auths": {"file.example": {"auth": "YTpi"}}}"#;
    let own = "cat >/dev/null; echo '{\"Username\": \"<token>\", \"Secret\": \"t\"}'";
    let world = World::new(config).with_helper("all", ANSWERS).with_helper("own", own);
    let mut client = world.client().await;
    for (host, want) in [
        ("registry-1.docker.io", "https://index.docker.io/v1/-name:canary"),
        ("registry.example", "registry.example-name:canary"),
        ("own.example", ":t"),
        ("registry.example", "registry.example-name:canary"),
    ] {
        assert_eq!(ask(&mut client, host).await, want, "{host}");
    }
    let asked = std::fs::read_to_string(world.folder.path().join("docker-credential-all.asked")).unwrap();
    assert_eq!(asked.lines().count(), 2, "an answer is kept");
    assert_eq!(world.found(), [""; 0]);
}

#[tokio::test]
async fn a_helper_that_does_not_know_a_server_leaves_it_to_the_config() {
    let config = r#"{"credsStore": "none", "auths": {"file.example": {"auth": "YTpi"}}}"#;
    let world = World::new(config).with_helper("none", "echo credentials not found in native keychain; exit 1");
    assert_eq!(world.of("file.example").await, "a:b");
    assert_eq!(world.of("other.example").await, ":");
    assert_eq!(world.found(), [""; 0]);
}

#[tokio::test]
async fn a_helper_that_fails_is_named_and_its_words_are_not_repeated() {
    let cases = [
        ("broken", "echo canary; echo canary >&2; exit 1", "it failed"),
        ("garbled", "echo canary", "not as Docker's helpers write it"),
        ("absent", "", "there is no such program"),
        ("../x", "", "there is no such program"),
    ];
    for (name, script, reason) in cases {
        let mut world = World::new(&format!(r#"{{"credsStore": "{name}"}}"#));
        if !script.is_empty() {
            world = world.with_helper(name, script);
        }
        assert_eq!(world.of("r.example").await, ":", "{name}");
        let found = world.found();
        assert_eq!(found.len(), 1, "{found:?}");
        let start = format!("E1023 `docker-credential-{name}` gave no credentials for `r.example`: ");
        assert!(found[0].starts_with(&start) && found[0].contains(reason), "{found:?}");
        assert!(!found[0].contains("canary"), "{found:?}");
    }
}

#[tokio::test]
async fn a_helper_that_does_not_end_is_given_up() {
    let world = World::new(r#"{"credsStore": "slow"}"#).with_helper("slow", "echo $$ > \"$0.pid\"; exec sleep 60");
    let credentials = Credentials { limit: Duration::from_secs(1), ..world.credentials() };
    let answer = tokio::time::timeout(Duration::from_secs(20), credentials.login("r.example")).await.unwrap();
    assert!(answer.secret.is_empty());
    assert!(world.found()[0].ends_with("more than 10 seconds"));
    let process = std::fs::read_to_string(world.folder.path().join("docker-credential-slow.pid")).unwrap();
    let process = format!("/proc/{}/cmdline", process.trim());
    for _ in 0..100 {
        if std::fs::read(&process).map_or(true, |words| words.is_empty()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the helper still runs");
}

#[tokio::test]
async fn a_config_that_is_none_is_a_warning_without_its_text() {
    for (config, what) in [
        ("{\"auths\": \"canary\"}", "line 1, column 18"),
        ("canary", "line 1, column 1"),
        (r#"{"auths": {"r.example": {"auth": "canary!"}}}"#, "that of `r.example` is not base64"),
        (r#"{"auths": {"r.example": {"auth": "Y2FuYXJ5"}}}"#, "that of `r.example` is not `NAME:PASSWORD`"),
    ] {
        let world = World::new(config);
        assert_eq!(world.of("r.example").await, ":", "{config}");
        let found = world.found();
        assert!(found.len() == 1 && found[0].contains(what) && found[0].starts_with("E1024"), "{found:?}");
        assert!(!found[0].contains("canary"), "{found:?}");
    }
    for config in ["", "{}", r#"{"auths": null, "credsStore": "", "credHelpers": null}"#] {
        let world = World::new(config);
        assert_eq!((world.of("r.example").await.as_str(), world.found().len()), (":", 0), "{config}");
    }
}

#[tokio::test]
async fn no_config_is_anonymous() {
    let findings = Findings::default();
    for folder in [None, Some(PathBuf::from("/no/such/folder"))] {
        let credentials = Credentials { folder, ..World::new("{}").credentials() };
        assert!(credentials.login("r.example").await.secret.is_empty());
    }
    assert!(findings.take().is_empty());
}

#[tokio::test]
async fn the_variable_comes_before_the_folder_but_in_gitlab() {
    let world = World::new(r#"{"auths": {"r.example": {"auth": "YTpmb2xkZXI="}, "folder.example": {"auth": "YTpi"}}}"#);
    let variable = Some(r#"{"auths": {"r.example": {"auth": "YTp2YXJpYWJsZQ=="}}}"#.to_owned());
    for (folder_first, want) in [(false, "variable"), (true, "folder")] {
        let credentials = Credentials { variable: variable.clone(), folder_first, ..world.credentials() };
        assert_eq!(credentials.login("r.example").await.secret, want);
        assert_eq!(credentials.login("folder.example").await.secret, "b");
    }
}

#[tokio::test]
async fn tokens_are_left_to_the_daemon() {
    let mut client = World::new("{}").client().await;
    let status = client.get_token_authority(GetTokenAuthorityRequest::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
    assert_eq!(client.fetch_token(FetchTokenRequest::default()).await.unwrap_err().code(), Code::Unimplemented);
}
