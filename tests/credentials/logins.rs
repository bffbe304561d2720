//! Who is asked for what a manifest needs, and as whom one logs in then.

use super::scripts::{calls, script};
use super::server::{Server, granted, ok};
use super::{SENTINEL, block, end, endpoint, environment, jwt, manifests, reach};
use flowgate::access::login::{LoginCause, prove};
use flowgate::access::{Ask, Given, Proof, Reach};
use flowgate::secrets::{Place, Secrets, Services, Tools};
use flowgate::transport::net::Target;

const GRID: &str = "n.westeurope-1.ts.eventgrid.azure.net:8883";
const HUBS: &str = "n.servicebus.windows.net:9093";
const SYSTEM: &str = "      method: SystemAssignedManagedIdentity\n      systemAssignedManagedIdentitySettings: {}";
const USER: &str = "      method: UserAssignedManagedIdentity
      userAssignedManagedIdentitySettings: { clientId: C-1, tenantId: t-1 }";
const SAT: &str = "      method: ServiceAccountToken\n      serviceAccountTokenSettings: { audience: aio-internal }";
const SASL: &str = "      method: Sasl\n      saslSettings: { saslType: Plain, secretRef: press-login }";

fn login(manifest: &str, reach: &Reach) -> Result<Proof, LoginCause> {
    let manifests = manifests(&[manifest]);
    let proof = block(prove(&end(&manifests), &manifests, reach, &Given::default()));
    proof.map_err(|error| {
        let text = format!("{error} {error:?}");
        assert!(!text.contains(SENTINEL), "{text}");
        error.cause
    })
}

fn asking(who: &[Ask], secrets: Secrets) -> Reach {
    Reach { ask: who.to_vec(), ..reach(secrets) }
}

/// The Azure CLI with the token of `claims`.
fn az(claims: &str) -> (tempfile::TempDir, Tools) {
    script("az", &format!("echo '{{\"accessToken\":\"{}\"}}'", jwt(claims)))
}

#[test]
fn the_first_who_can_is_asked() {
    let (folder, tools) = az(r#""aud":"https://eventgrid.azure.net","appid":"c-2","oid":"o-2""#);
    let secrets = Secrets { tools, environment: environment(&[]), ..Secrets::default() };
    let reach = asking(&[Ask::Kubectl, Ask::Az, Ask::WorkloadIdentity], secrets);
    let proof = login(&endpoint("Mqtt", GRID, SYSTEM), &reach).unwrap();
    assert_eq!(proof.words, "the application `c-2` (object `o-2`) (token from the login of the Azure CLI)");
    assert_eq!(
        proof.notes,
        [
            "tested as the application `c-2` (object `o-2`), not as the cluster's managed identity, which has rights of its own"
        ]
    );
    assert_eq!(proof.token.unwrap().method, "OAUTH2-JWT");
    assert_eq!(calls(&folder), ["account get-access-token --resource https://eventgrid.azure.net --output json"]);
    let (folder, tools) = az("");
    let secrets = Secrets { tools, environment: environment(&[]), ..Secrets::default() };
    let cause =
        login(&endpoint("Mqtt", GRID, SYSTEM), &asking(&[Ask::WorkloadIdentity, Ask::Az], secrets)).unwrap_err();
    assert!(cause.to_string().contains("`AZURE_FEDERATED_TOKEN_FILE`, which is not set"), "{cause}");
    let cause = login(&endpoint("Mqtt", GRID, SYSTEM), &asking(&[Ask::Kubectl], Secrets::default())).unwrap_err();
    assert!(matches!(cause, LoginCause::NoToken(_)), "{cause}");
    assert_eq!(calls(&folder), Vec::<String>::new());
}

#[test]
fn the_identity_that_the_manifest_names_is_told_from_others() {
    for (application, expected) in [
        ("c-1", "tested as the identity that the endpoint names, `C-1`"),
        ("c-2", "tested as the application `c-2`, not as the cluster's managed identity, which has rights of its own"),
    ] {
        let token = jwt(&format!(r#""aud":"https://n.servicebus.windows.net","appid":"{application}""#));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = runtime.block_on(Server::start(move |_| ok(&granted(&token))));
        let services = Services { imds: Target::new("127.0.0.1", server.port), ..Services::default() };
        let secrets = Secrets { environment: environment(&[]), services, ..Secrets::default() };
        let proof = login(&endpoint("Kafka", HUBS, USER), &asking(&[Ask::ManagedIdentity], secrets)).unwrap();
        assert_eq!(proof.notes, [expected]);
        assert_eq!(proof.token.unwrap().method, "OAUTHBEARER");
        assert!(server.asked()[0].contains("&client_id=C-1 "), "{}", server.asked()[0]);
    }
}

#[test]
fn event_grid_takes_no_tokens_of_people_and_event_hubs_does() {
    let people = [
        r#""appid":"04b07795","upn":"anna@plant.example""#,
        r#""appid":"04b07795","oid":"o-1","scp":"user_impersonation""#,
        r#""appid":"04b07795","oid":"o-1","idtyp":"user""#,
    ];
    for person in people {
        // Whatever else is wrong with it.
        let (_folder, tools) = az(&format!(r#""aud":"https://other.example",{person}"#));
        let reach = asking(&[Ask::Az], Secrets { tools, ..Secrets::default() });
        let cause = login(&endpoint("Mqtt", GRID, SYSTEM), &reach).unwrap_err();
        assert!(matches!(&cause, LoginCause::PersonToken { facts, .. } if facts.is_person()), "{cause}");
        let (_folder, tools) = az(&format!(r#""aud":"https://n.servicebus.windows.net",{person}"#));
        let reach = asking(&[Ask::Az], Secrets { tools, ..Secrets::default() });
        let proof = login(&endpoint("Kafka", HUBS, SYSTEM), &reach).unwrap();
        assert!(proof.words.contains("person"), "{}", proof.words);
    }
    let (_folder, tools) =
        az(r#""aud":"https://eventgrid.azure.net/","azp":"c-1","idtyp":"app","preferred_username":"x""#);
    let reach = asking(&[Ask::Az], Secrets { tools, ..Secrets::default() });
    login(&endpoint("Mqtt", GRID, SYSTEM), &reach).unwrap();
    // The same for a token that a person gives.
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), jwt(people[0])).unwrap();
    let reach = Reach { token: Some(Place::File(file.path().to_owned())), ..reach_of_nobody() };
    let cause = login(&endpoint("Mqtt", GRID, SYSTEM), &reach).unwrap_err();
    assert!(cause.to_string().ends_with("is of the person `anna@plant.example`"), "{cause}");
}

fn reach_of_nobody() -> Reach {
    reach(Secrets::default())
}

#[test]
fn service_accounts_are_those_of_the_namespace_of_the_endpoint() {
    let token = jwt(r#""aud":["aio-internal"],"sub":"system:serviceaccount:plant:line""#);
    let (folder, tools) = script("kubectl", &format!("echo '{token}'"));
    let reach = asking(&[Ask::Az, Ask::Kubectl], Secrets { tools, ..Secrets::default() });
    let proof = login(&endpoint("Mqtt", "broker.plant:18883", SAT), &reach).unwrap();
    assert_eq!(proof.words, "service account `line` of namespace `plant` (token from the cluster, by kubectl)");
    assert_eq!(proof.token.unwrap().method, "K8S-SAT");
    let reach = Reach { service_account: Some("line".to_owned()), ..reach };
    login(&endpoint("Mqtt", "broker.plant:18883", SAT), &reach).unwrap();
    let rest = "--namespace plant --audience aio-internal --duration 10m";
    assert_eq!(calls(&folder), [format!("create token default {rest}"), format!("create token line {rest}")]);
}

const SECRET: &str = "---\napiVersion: v1\nkind: Secret\nmetadata: { name: press-login, namespace: plant }
stringData: { username: from-file, password: s3ntinel-Value }\n";

#[test]
fn what_a_person_gives_comes_before_the_files_and_the_cluster_after_them() {
    let answer = r#"{"data":{"username":"ZnJvbS1jbHVzdGVy","password":"eA=="}}"#;
    let (folder, tools) = script("kubectl", &format!("echo '{answer}'"));
    let secrets = |given: &[&str]| Secrets {
        given: given.iter().map(|text| text.parse().unwrap()).collect(),
        environment: environment(&[("NAME", "from-person")]),
        cluster: true,
        tools: tools.clone(),
        ..Secrets::default()
    };
    let name = |manifest: &str, given: &[&str]| {
        let (name, _) = login(manifest, &reach(secrets(given))).unwrap().user.unwrap();
        name
    };
    let manifest = endpoint("Kafka", "kafka.plant:9093", SASL);
    let with_secret = format!("{manifest}{SECRET}");
    assert_eq!(name(&with_secret, &["press-login.username=env:NAME"]), "from-person");
    assert_eq!(name(&with_secret, &[]), "from-file");
    assert_eq!(calls(&folder), Vec::<String>::new());
    assert_eq!(name(&manifest, &[]), "from-cluster");
    // User name and password are one question.
    assert_eq!(calls(&folder), ["get secret/press-login --namespace plant --output json"]);
}

#[test]
fn a_secret_that_may_not_be_read_is_named_and_asked_for_once() {
    let words =
        "Error from server (Forbidden): secrets \"press-login\" is forbidden: User \"anna\" cannot get resource";
    let (folder, tools) = script("kubectl", &format!("echo '{words}' >&2; exit 1"));
    let reach = reach(Secrets { cluster: true, tools, ..Secrets::default() });
    let cause = login(&endpoint("Kafka", "kafka.plant:9093", SASL), &reach).unwrap_err();
    assert!(cause.to_string().contains("\"anna\" cannot get resource"), "{cause}");
    assert_eq!(calls(&folder).len(), 1);
}
