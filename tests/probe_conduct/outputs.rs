//! No secret is in any output, wherever it came from and however the probe ends.

use crate::pki::Authority;
use crate::program::probe;
use crate::recorder::{Recorder, Version};
use crate::sentinel::{Sentinel, token};
use crate::ways_in::{self, AUDIENCE, PASSWORD, WayIn};
use crate::willing::{Mood, Speaks};
use std::path::{Path, PathBuf};

/// A way to tell of a probe: arguments, and variables of the environment.
type Telling = (&'static [&'static str], &'static [(&'static str, &'static str)]);

/// All of them.
const TELLINGS: [Telling; 6] = [
    (&["-v"], &[]),
    (&["--color", "always"], &[("COLUMNS", "60")]),
    (&["-v"], &[("CI", "true")]),
    (&["--level", "info", "-v"], &[("NO_COLOR", "1")]),
    (&["--format", "concise", "-v"], &[]),
    (&["--format", "json"], &[]),
];

/// A probe to be told of.
pub struct Scene {
    pub name: String,
    pub manifest: String,
    pub arguments: Vec<String>,
    pub environment: Vec<(String, String)>,
    pub sentinels: Vec<Sentinel>,
}

impl Scene {
    fn of(way: &WayIn, name: impl std::fmt::Display, port: u16, ca: &str) -> Self {
        Self {
            name: format!("{}, {name}", way.name),
            manifest: way.manifest(&format!("127.0.0.1:{port}"), ca),
            arguments: way.arguments.clone(),
            environment: Vec::new(),
            // The name of a user is no secret: it is what a person needs to see.
            sentinels: way.sentinels.iter().filter(|sentinel| sentinel.name != "user name").cloned().collect(),
        }
    }

    /// As this scene, in clear.
    fn in_clear(mut self) -> Self {
        self.manifest =
            self.manifest.replace("mode: Enabled, trustedCaCertificateConfigMapRef: plant-ca", "mode: Disabled");
        self
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

fn pairs(texts: &[(&str, &str)]) -> Vec<(String, String)> {
    texts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Tells of every scene in every way, and names the leaks.
pub fn assert_silent(folder: &Path, scenes: &[Scene]) {
    let mut leaks = Vec::new();
    for scene in scenes {
        std::fs::write(folder.join("manifest.yaml"), &scene.manifest).unwrap();
        for (telling, environment) in TELLINGS {
            let limit = strings(&["--timeout", "2"]);
            let arguments = [scene.arguments.clone(), limit, strings(telling)].concat();
            let said = probe(folder, &arguments, &[scene.environment.clone(), pairs(environment)].concat());
            let all = said.all();
            assert!(all.len() > 20, "{}: nothing is told: {said:?}", scene.name);
            for sentinel in scene.sentinels.iter().filter(|sentinel| sentinel.is_in(all.as_bytes())) {
                leaks.push(format!("{} {telling:?}: the {}:\n{all}", scene.name, sentinel.name));
            }
        }
    }
    assert!(leaks.is_empty(), "{} leaks, the first is {}", leaks.len(), leaks[0]);
}

fn password() -> Vec<Sentinel> {
    vec![Sentinel::new("password", PASSWORD.as_bytes())]
}

/// The first way in of that name.
fn way<'w>(ways: &'w [WayIn], name: &str) -> &'w WayIn {
    ways.iter().find(|way| way.name == name).unwrap()
}

#[test]
fn nothing_is_told_of_logins_that_are_taken_or_end_early() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new("plant CA");
    let good = authority.server(&["127.0.0.1"]);
    let bad = Authority::new("stranger").server(&["127.0.0.1"]);
    let ways = ways_in::all(folder.path());
    let mut servers = Vec::new();
    let mut scenes = Vec::new();
    for way in &ways {
        for (name, leaf) in [("taken", &good), ("bad TLS", &bad)] {
            let server = Recorder::secure(way.speaks(), leaf, Version::Tls13);
            scenes.push(Scene::of(way, name, server.port, &authority.pem()));
            servers.push(server);
        }
    }
    assert_silent(folder.path(), &scenes);
}

/// A server that repeats the login in its refusal.
#[test]
fn nothing_is_told_of_what_an_indiscreet_server_repeats() {
    let folder = tempfile::tempdir().unwrap();
    let ways = ways_in::all(folder.path());
    let mut servers = Vec::new();
    let mut scenes = Vec::new();
    for way in ways.iter().filter(|way| !way.is_certificate() && !way.name.contains("WebSocket")) {
        let server = Recorder::plain(way.speaks(), Mood::Indiscreet);
        scenes.push(Scene::of(way, "indiscreet server", server.port, "").in_clear());
        servers.push(server);
    }
    assert_silent(folder.path(), &scenes);
    // They have it, so it could have been repeated.
    let has_any = |server: &Recorder| {
        let records = server.records();
        ways.iter()
            .flat_map(|way| &way.sentinels)
            .any(|sentinel| records.iter().any(|record| sentinel.is_in(&record.wire)))
    };
    assert!(servers.iter().all(has_any));
}

/// Secrets from every source that has no test above.
#[test]
fn nothing_is_told_of_any_source() {
    let folder = tempfile::tempdir().unwrap();
    let ways = ways_in::all(folder.path());
    let mqtt = Recorder::plain(Speaks::Mqtt, Mood::Indiscreet);
    let kafka = Recorder::plain(Speaks::Kafka, Mood::Indiscreet);
    let file = folder.path().join("password").display().to_string();
    let below = folder.path().join("below");
    std::fs::create_dir_all(below.join("login")).unwrap();
    std::fs::write(below.join("login/username"), "anna").unwrap();
    std::fs::write(below.join("login/password"), PASSWORD).unwrap();
    let user = |source: &str| Scene {
        arguments: strings(&["--username", "anna", "--password", source]),
        environment: pairs(&[("LOGIN", PASSWORD)]),
        sentinels: password(),
        ..Scene::of(way(&ways, "user and password"), source, mqtt.port, "").in_clear()
    };
    // The Secret is not among the files.
    let sasl = |arguments: &[&str]| {
        let mut scene = Scene {
            arguments: strings(arguments),
            environment: pairs(&[("LOGIN", PASSWORD), ("NAME", "anna")]),
            ..Scene::of(way(&ways, "SASL PLAIN"), format!("{arguments:?}"), kafka.port, "").in_clear()
        };
        scene.manifest.truncate(scene.manifest.find("---\napiVersion: v1\nkind: Secret").unwrap());
        scene
    };
    let mut encoded = sasl(&[]);
    encoded.manifest += &format!(
        "---\napiVersion: v1\nkind: Secret\nmetadata: {{ name: login, namespace: azure-iot-operations }}\n\
         data: {{ username: YW5uYQ==, password: {} }}\n",
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, PASSWORD)
    );
    let from_file = format!("login.password=file:{file}");
    let scenes = [
        user(&format!("file:{file}")),
        user("env:LOGIN"),
        user("stdin"),
        user("env:NOT_SET"),
        // Not a source, but the password itself.
        user(PASSWORD),
        sasl(&["--secrets", &below.display().to_string()]),
        sasl(&["--secret", "login.username=env:NAME", "--secret", &from_file]),
        sasl(&["--secret", "login.username=env:NAME", "--secret", "login.password=env:LOGIN"]),
        sasl(&["--secret", "login.username=env:NAME", "--secret", "login.password=stdin"]),
        sasl(&["--secret", "login.username=env:NAME", "--secret", &format!("login.password={PASSWORD}")]),
        sasl(&["--secret", "login.username=env:NAME"]),
        encoded,
    ];
    assert_silent(folder.path(), &scenes);
}

#[test]
fn nothing_is_told_of_a_proxy() {
    let folder = tempfile::tempdir().unwrap();
    let ways = ways_in::all(folder.path());
    let broker = Recorder::plain(Speaks::Mqtt, Mood::Yes);
    // Takes everything for MQTT, and so is no proxy.
    let other = Recorder::plain(Speaks::Mqtt, Mood::Yes);
    let scene = |proxy: String| Scene {
        arguments: strings(&["--proxy", &proxy]),
        sentinels: password(),
        ..Scene::of(way(&ways, "user and password"), format!("proxy {proxy}"), broker.port, "").in_clear()
    };
    let refusing = http_server("HTTP/1.1 403 Not with REPEATED\r\n\r\n");
    let wanting = http_server("HTTP/1.1 407 Not with REPEATED\r\nProxy-Authenticate: Basic realm=\"REPEATED\"\r\n\r\n");
    let mut unused = scene("unused".to_owned());
    unused.arguments.clear();
    let variables = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"];
    unused.environment =
        variables.map(|name| (name.to_owned(), format!("http://anna:{PASSWORD}@proxy.example:3128"))).into();
    let scenes = [
        scene(format!("http://anna:{PASSWORD}@127.0.0.1:{refusing}")),
        scene(format!("http://anna:{PASSWORD}@127.0.0.1:{wanting}")),
        scene(format!("http://anna:{PASSWORD}@127.0.0.1:{}", other.port)),
        scene(format!("anna:{PASSWORD}@127.0.0.1:1")),
        scene(format!("http://anna:{PASSWORD}@name.invalid:3128")),
        scene(format!("http://anna:{PASSWORD}@")),
        scene(format!("http://anna:{PASSWORD}@proxy.example:none")),
        scene(format!("https://anna:{PASSWORD}@proxy.example:3128")),
        scene(format!("anna:{PASSWORD}://proxy.example:3128")),
        unused,
    ];
    assert_silent(folder.path(), &scenes);
}

/// A web server that answers each request with `answer`, in which `REPEATED` becomes the login that it was sent.
fn http_server(answer: &'static str) -> u16 {
    use std::io::{BufRead, BufReader, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let head: Vec<String> =
                BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let login = head.iter().find_map(|line| line.strip_prefix("Proxy-Authorization: ")).unwrap_or_default();
            let _ = stream.write_all(answer.replace("REPEATED", login).as_bytes());
        }
    });
    port
}

#[test]
fn nothing_is_told_of_tokens_that_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new("plant CA");
    let ways = ways_in::all(folder.path());
    let server = Recorder::secure(Speaks::Mqtt, &authority.server(&["127.0.0.1"]), Version::Tls13);
    let good = token(AUDIENCE, "system:serviceaccount:azure-iot-operations:default");
    let old = {
        let parts: Vec<&str> = good.split('.').collect();
        let claims = format!(r#"{{"aud":"{AUDIENCE}","exp":1000000000,"sub":"somebody","key":"sentinel of a claim"}}"#);
        let claims = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims);
        format!("{}.{claims}.{}", parts[0], parts[2])
    };
    let tokens = [
        ("expired", old.clone()),
        ("for others", token("https://elsewhere.example", "somebody")),
        ("two parts", good.rsplit_once('.').unwrap().0.to_owned()),
        ("not base64", good.replace('.', ".~")),
        ("a password", PASSWORD.to_owned()),
        ("several lines", format!("{good}\n{old}")),
    ];
    let mut scenes = Vec::new();
    for name in ["K8S-SAT", "OAUTH2-JWT"] {
        for (what, jwt) in &tokens {
            let path = folder.path().join(what.replace(' ', "-"));
            std::fs::write(&path, jwt).unwrap();
            let mut scene = Scene::of(way(&ways, name), what, server.port, &authority.pem());
            scene.arguments = strings(&["--token-file", path.to_str().unwrap()]);
            scene.sentinels = vec![Sentinel::of_token("token", jwt), Sentinel::new("claim", b"sentinel of a claim")];
            scene.sentinels.extend(password());
            scenes.push(scene);
        }
        scenes.push(asked(way(&ways, name), folder.path(), &good, server.port, &authority.pem()));
    }
    assert_silent(folder.path(), &scenes);
}

/// A scene in which `kubectl` and `az` fail after they have said too much.
fn asked(way: &WayIn, folder: &Path, jwt: &str, port: u16, ca: &str) -> Scene {
    use std::os::unix::fs::PermissionsExt;
    let tools: PathBuf = folder.join("tools");
    std::fs::create_dir_all(&tools).unwrap();
    for tool in ["az", "kubectl"] {
        let script = format!("#!/bin/sh\necho '{jwt}'\necho 'cannot use {jwt}' >&2\nexit 1\n");
        std::fs::write(tools.join(tool), script).unwrap();
        std::fs::set_permissions(tools.join(tool), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut scene = Scene::of(way, "tools that fail", port, ca);
    scene.arguments = strings(&["--ask", "kubectl", "--ask", "az"]);
    scene.environment = pairs(&[("PATH", &format!("{}:/usr/bin:/bin", tools.display()))]);
    scene
}

#[test]
fn nothing_is_told_of_keys_that_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new("plant CA");
    let ways = ways_in::all(folder.path());
    let server = Recorder::secure(Speaks::Mqtt, &authority.server(&["127.0.0.1"]), Version::Tls13);
    let (client, other) = (authority.client("line-3"), authority.client("line-4"));
    let encrypted = client.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let damaged = client.key.replacen('A', "~", 3);
    let pairs = [
        ("mismatch", &client.certificate, &other.key),
        ("encrypted", &client.certificate, &encrypted),
        ("damaged", &client.certificate, &damaged),
        ("the other way round", &client.key, &client.certificate),
        ("one key twice", &client.key, &client.key),
    ];
    let mut scenes = Vec::new();
    for (what, certificate, key) in pairs {
        let write = |name: &str, text: &str| {
            let path = folder.path().join(format!("{}.{name}", what.replace(' ', "-")));
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let (certificate, key) = (write("certificate", certificate), write("key", key));
        let keys = vec![Sentinel::of_key("key", &client.key), Sentinel::of_key("other key", &other.key)];
        let given = Scene {
            arguments: strings(&["--client-cert", &certificate, "--client-key", &key]),
            sentinels: keys.clone(),
            ..Scene::of(way(&ways, "user and password"), format!("given {what}"), server.port, &authority.pem())
        };
        let files = [
            format!("certificate.client_cert.pem=file:{certificate}"),
            format!("certificate.client_key.pem=file:{key}"),
        ];
        let by_secret = Scene {
            arguments: strings(&["--secret", &files[0], "--secret", &files[1]]),
            sentinels: keys,
            ..Scene::of(way(&ways, "X.509 in MQTT"), format!("Secret {what}"), server.port, &authority.pem())
        };
        scenes.extend([given, by_secret]);
    }
    assert_silent(folder.path(), &scenes);
}

/// Secrets where none belongs: in lines of the manifest that are shown.
#[test]
fn nothing_is_told_of_secrets_in_the_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let ways = ways_in::all(folder.path());
    let scene = |name: &str, host: String, more: &str| {
        let mut scene = Scene::of(way(&ways, "SASL PLAIN"), name, 1, "").in_clear();
        scene.manifest = scene.manifest.replace("host: 127.0.0.1:1", &format!("host: {host}\n{more}"));
        scene.manifest = scene.manifest.replace("\n\n", "\n");
        scene
    };
    let inline = format!("    password: {PASSWORD}");
    let scenes = [
        scene("user and password in the host", format!("mqtts://anna:{PASSWORD}@127.0.0.1:1"), ""),
        scene(
            "a connection string as host",
            format!("Endpoint=sb://x.invalid/;SharedAccessKeyName=a;SharedAccessKey={PASSWORD}"),
            "",
        ),
        scene("a password beside the host", "name.invalid:9093".to_owned(), &inline),
        scene("a password above a comment", "127.0.0.1:1".to_owned(), &format!("{inline} # password: {PASSWORD}")),
    ];
    assert_silent(folder.path(), &scenes);
}
