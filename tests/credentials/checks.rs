//! What is wrong with certificates and logins before anybody is dialled.

use super::{SENTINEL, end, endpoint, manifests, reach};
use flowgate::access::checks::{
    Complaint, PasswordFault, UserNameFault, before_dialling, client_certificate, sasl, trust_bundle,
};
use flowgate::access::trust::{self, Bundle};
use flowgate::access::{Manifests, Proof, Reach};
use flowgate::diag::Severity;
use flowgate::model::Text;
use flowgate::redact::Secret;
use flowgate::secrets::Secrets;
use flowgate::transport::tls::{Certificate, Identity};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: u64 = 86_400;
/// 2026-01-01.
const NEW_YEAR: u64 = 1_767_225_600;
const MONTH: Duration = Duration::from_secs(30 * DAY);

fn at(days: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NEW_YEAR + days * DAY)
}

/// Good from 2026-01-01 until 2027-01-01.
fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2027, 1, 1);
    params
}

fn authority(name: &str, until: i32) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = params(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn client(
    by: &CertifiedIssuer<'static, KeyPair>,
    usage: Option<ExtendedKeyUsagePurpose>,
) -> (Certificate, String, String) {
    let mut params = params("press");
    params.extended_key_usages = usage.into_iter().collect();
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, by).unwrap();
    (Certificate::read(certificate.der()), certificate.pem(), key.serialize_pem())
}

fn read(issuer: &CertifiedIssuer<'static, KeyPair>) -> Certificate {
    Certificate::read(issuer.der())
}

fn told(complaints: &[Complaint]) -> Vec<String> {
    complaints.iter().map(|complaint| format!("{}: {complaint}", complaint.severity())).collect()
}

#[test]
fn dates_of_a_client_certificate() {
    let (leaf, ..) = client(&authority("plant CA", 2030), Some(ExtendedKeyUsagePurpose::ClientAuth));
    let told = |moment| told(&client_certificate(std::slice::from_ref(&leaf), moment, MONTH));
    assert_eq!(told(at(100)), Vec::<String>::new());
    assert_eq!(told(at(334)), Vec::<String>::new());
    assert_eq!(told(at(335)), ["warning: the client certificate `CN=press` ends in 30 days, on 2027-01-01 00:00 UTC"]);
    assert_eq!(told(at(365)), ["warning: the client certificate `CN=press` ends in 0 days, on 2027-01-01 00:00 UTC"]);
    assert_eq!(told(at(366)), ["error: the client certificate `CN=press` expired on 2027-01-01 00:00 UTC"]);
    let before = UNIX_EPOCH + Duration::from_secs(NEW_YEAR - 1);
    assert_eq!(told(before), ["error: the client certificate `CN=press` is valid from 2026-01-01 00:00 UTC only"]);
}

#[test]
fn uses_and_chains_of_a_client_certificate() {
    let (plant, other) = (authority("plant CA", 2030), authority("other CA", 2030));
    let (good, ..) = client(&plant, None);
    let (server, ..) = client(&plant, Some(ExtendedKeyUsagePurpose::ServerAuth));
    let told = |chain: &[Certificate]| told(&client_certificate(chain, at(100), MONTH));
    assert_eq!(told(&[]), Vec::<String>::new());
    assert_eq!(told(&[good.clone(), read(&plant)]), Vec::<String>::new());
    assert_eq!(
        told(&[server]),
        ["error: the client certificate `CN=press` is not for client authentication (extended key usage)"]
    );
    assert_eq!(
        told(&[good, read(&other), read(&plant)]),
        [
            "warning: the client certificate `CN=press` is issued by `CN=plant CA`, and is followed by that of `CN=other CA`",
            "warning: the client certificate `CN=other CA` is issued by `CN=other CA`, and is followed by that of `CN=plant CA`",
        ]
    );
}

fn known(certificates: Vec<Certificate>) -> Bundle {
    Bundle::Known { name: "press-ca".to_owned(), keys: vec!["ca.crt".to_owned()], certificates, damaged: false }
}

#[test]
fn trust_bundles() {
    let (old, new, other) = (authority("plant CA", 2027), authority("plant CA", 2030), authority("other CA", 2027));
    let told = |bundle: &Bundle, days| told(&trust_bundle(bundle, at(days), MONTH));
    assert_eq!(told(&Bundle::None, 0), Vec::<String>::new());
    assert_eq!(told(&known(vec![read(&old)]), 100), Vec::<String>::new());
    assert_eq!(
        told(&known(Vec::new()), 100),
        ["error: ConfigMap `press-ca` has no PEM certificate in its key `ca.crt`"]
    );
    assert_eq!(
        told(&known(vec![read(&old), read(&other)]), 360),
        [
            "warning: the certificate `CN=plant CA` in ConfigMap `press-ca` ends in 5 days, on 2027-01-01 00:00 UTC",
            "warning: the certificate `CN=other CA` in ConfigMap `press-ca` ends in 5 days, on 2027-01-01 00:00 UTC",
        ]
    );
    assert_eq!(
        told(&known(vec![read(&old), read(&other)]), 400),
        [
            "error: all certificates in ConfigMap `press-ca` have expired, the last, `CN=other CA`, on 2027-01-01 00:00 UTC"
        ]
    );
    // The authority of the first was renewed.
    assert_eq!(
        told(&known(vec![read(&old), read(&new), read(&other)]), 400),
        ["info: the certificate `CN=other CA` in ConfigMap `press-ca` expired on 2027-01-01 00:00 UTC"]
    );
    let missing = Bundle::Missing { name: "press-ca".to_owned() };
    assert_eq!(told(&missing, 0), ["error: the cluster has no ConfigMap `press-ca`"]);
}

const X509: &str = "      method: X509Certificate\n      x509CertificateSettings: { secretRef: press-certificate }";

fn config_map(data: &str) -> String {
    format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: press-ca, namespace: plant }}\n{data}")
}

fn line(manifests: &Manifests, complaint: &Complaint) -> String {
    let place = complaint.place(&end(manifests));
    let text = manifests.sources.read(place.file).unwrap();
    text.content[place.span.range()].to_owned()
}

#[test]
fn complaints_stand_at_the_line_of_the_manifest() {
    let (leaf, certificate, key) = client(&authority("plant CA", 2030), None);
    let identity = Identity::from_pem(certificate.as_bytes(), key.as_bytes(), b"").unwrap();
    let proof = Proof { identity: Some(identity), ..Proof::default() };
    let manifest = endpoint("Mqtt", "broker.plant:8883", X509);
    let check = |manifests: &Manifests, reach: &Reach| {
        before_dialling(&end(manifests), manifests, reach, &proof, &[], at(400), MONTH)
    };
    let nobody = reach(Secrets::default());
    let unknown = manifests(&[&manifest]);
    let found = check(&unknown, &nobody);
    assert_eq!(
        found,
        [
            Complaint::ClientExpired { subject: leaf.subject, not_after: at(365) },
            Complaint::TrustBundleUnknown { name: "press-ca".to_owned() },
        ]
    );
    assert_eq!(
        (line(&unknown, &found[0]).as_str(), line(&unknown, &found[1]).as_str()),
        ("press-certificate", "press-ca")
    );
    // Whoever gives certificates need not have the ConfigMap.
    let giving = Reach { trusted: vec![b"x".to_vec()], ..reach(Secrets::default()) };
    assert_eq!(check(&unknown, &giving).len(), 1);
    for (data, keys) in [
        ("data: { a: text, b: more }\n", vec!["a".to_owned(), "b".to_owned()]),
        ("data: {}\n", Vec::new()),
        ("", Vec::new()),
    ] {
        let empty = manifests(&[&format!("{manifest}{}", config_map(data))]);
        let found = check(&empty, &nobody);
        assert_eq!(found[1], Complaint::TrustBundleEmpty { name: "press-ca".to_owned(), keys }, "{data}");
    }
    let damaged = "data:\n  a: |\n    -----BEGIN CERTIFICATE-----\n    AAAA\n    -----END CERTIFICATE-----\n";
    let damaged = manifests(&[&format!("{manifest}{}", config_map(damaged))]);
    assert!(matches!(trust::bundle(&end(&damaged), &damaged), Bundle::Known { damaged: true, .. }));
    assert_eq!(check(&damaged, &nobody).len(), 1);
}

const SASL: &str = "      method: Sasl\n      saslSettings: { saslType: Plain, secretRef: press-login }";
const GOOD: &str =
    "Endpoint=sb://n.servicebus.windows.net/;SharedAccessKeyName=s3ntinel-Value;SharedAccessKey=s3ntinel-Value=";

fn hubs(username: &str, password: &str, topics: &[&str]) -> Vec<Complaint> {
    let manifests = manifests(&[&endpoint("Kafka", "N.servicebus.windows.net:9093", SASL)]);
    let place = end(&manifests).summary.host_place;
    let topics: Vec<Text> = topics.iter().map(|topic| Text { value: (*topic).into(), place }).collect();
    let topics: Vec<&Text> = topics.iter().collect();
    let complaints = sasl(&end(&manifests), username, &Secret::new(password.to_owned()), &topics);
    assert!(!format!("{complaints:?}{:?}", told(&complaints)).contains(SENTINEL));
    complaints
}

#[test]
fn user_names_for_event_hubs() {
    use UserNameFault::{Blank, Empty, Other, Password, Spelling};
    assert_eq!(hubs("$ConnectionString", GOOD, &[]), []);
    for (name, fault) in [
        ("", Empty),
        (" \n", Empty),
        ("$ConnectionString\n", Blank),
        ("$connectionstring", Spelling),
        ("ConnectionString", Spelling),
        ("$$ConnectionString", Spelling),
        ("${ConnectionString}", Spelling),
        (GOOD, Password),
        (SENTINEL, Other),
        ("$CONNECTION", Other),
    ] {
        assert_eq!(hubs(name, GOOD, &[]), [Complaint::HubsUserName(fault)], "{name}");
    }
}

#[test]
fn passwords_for_event_hubs() {
    use PasswordFault::{Empty, NoKey, NoKeyName, Other, OtherNamespace, Placeholder, Signature};
    let fault = |password: &str| match hubs("$ConnectionString", password, &[]).as_slice() {
        [Complaint::HubsPassword(fault)] => fault.clone(),
        other => panic!("{password}: {other:?}"),
    };
    assert_eq!(fault(""), Empty);
    assert_eq!(fault("${EH_PASSWORD}"), Placeholder);
    assert_eq!(fault(SENTINEL), Other);
    assert_eq!(fault(&format!("SharedAccessSignature sr=x&sig={SENTINEL}")), Signature);
    assert_eq!(fault(&format!("Endpoint=sb://n.servicebus.windows.net/;SharedAccessSignature={SENTINEL}")), Signature);
    assert_eq!(fault("Endpoint=sb://n.servicebus.windows.net/;SharedAccessKeyName=a"), NoKey);
    assert_eq!(fault("Endpoint=sb://n.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey="), NoKey);
    assert_eq!(fault(&format!("Endpoint=sb://n.servicebus.windows.net/;SharedAccessKey={SENTINEL}")), NoKeyName);
    let other = GOOD.replace("//n.", "//m.");
    assert_eq!(fault(&other), OtherNamespace { expected: "N".to_owned() });
    let warning = &hubs("$ConnectionString", &other, &[])[0];
    assert_eq!(warning.severity(), Severity::Warning);
    let blank = hubs("$ConnectionString", &format!("{GOOD}\n"), &[]);
    assert_eq!(blank, [Complaint::Blank("password")]);
}

#[test]
fn a_connection_string_of_one_event_hub_opens_no_other() {
    let limited = format!("{GOOD};EntityPath=Line-3");
    let complaints = hubs("$ConnectionString", &limited, &["line-3", "line-4"]);
    let [Complaint::HubsPassword(PasswordFault::OtherHub { topic, .. })] = complaints.as_slice() else {
        panic!("{complaints:?}")
    };
    assert_eq!(topic, "line-4");
    assert_eq!(hubs("$ConnectionString", GOOD, &["line-4"]), []);
}

#[test]
fn other_kafka_takes_any_login_and_white_space_is_told() {
    let manifests = manifests(&[&endpoint("Kafka", "kafka.plant:9093", SASL)]);
    let check =
        |name: &str, password: &str| told(&sasl(&end(&manifests), name, &Secret::new(password.to_owned()), &[]));
    assert_eq!(check("anna", SENTINEL), Vec::<String>::new());
    assert_eq!(
        check("anna\n", &format!("{SENTINEL}\n")),
        [
            "warning: the user name begins or ends with white space, often the line break of `echo`",
            "warning: the password begins or ends with white space, often the line break of `echo`",
        ]
    );
}
