//! Whether a server left a certificate of its chain away, or sent all of it and nobody knows its root.
//!
//! A certificate that came alone does not say whether its issuer is a root. What it says besides decides; where it says
//! nothing, the root counts as unknown.

use super::certificate::shown;
use tokio_rustls::rustls::DistinguishedName;
use tokio_rustls::rustls::pki_types::CertificateDer;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, X509Certificate, X509Name};

/// The authority whose certificate is missing between `leaf` and a root, if it is known that one is. `trusted` are the
/// names of the roots.
pub(super) fn after(
    leaf: &CertificateDer<'_>,
    others: &[CertificateDer<'_>],
    trusted: &[DistinguishedName],
) -> Option<String> {
    let (_, mut last) = X509Certificate::from_der(leaf).ok()?;
    let mut others: Vec<X509Certificate<'_>> =
        others.iter().filter_map(|der| Some(X509Certificate::from_der(der).ok()?.1)).collect();
    let came_alone = others.is_empty();
    while let Some(issuer) = others.iter().position(|other| other.subject().as_raw() == last.issuer().as_raw()) {
        if is_root(&last) {
            break;
        }
        last = others.swap_remove(issuer);
    }
    let issuer = last.issuer();
    // A root by this name is known here, and did not sign it: then it is another authority's.
    let is_known = trusted.iter().any(|name| name.as_ref() == issuer.as_raw());
    if is_root(&last) || is_known {
        return None;
    }
    let is_missing = if came_alone { names_one_in_between(&last, trusted) } else { others.iter().any(is_root) };
    is_missing.then(|| shown(&issuer.to_string()))
}

fn is_root(certificate: &X509Certificate<'_>) -> bool {
    certificate.subject().as_raw() == certificate.issuer().as_raw()
}

/// Whether what a certificate says of its issuer is what one says of an authority that is no root.
fn names_one_in_between(certificate: &X509Certificate<'_>, trusted: &[DistinguishedName]) -> bool {
    // OpenSSL's `authorityKeyIdentifier = issuer` writes who signed the issuer (RFC 5280, 4.2.1.1).
    if let Some(signer) = signer_of_issuer(certificate) {
        return signer != certificate.issuer().as_raw();
    }
    let issuer = certificate.issuer();
    let words = common_words(issuer);
    if words.iter().any(|word| word == "root") {
        return false;
    }
    says_where_it_is(certificate)
        || words.iter().any(|word| IN_BETWEEN.contains(&word.as_str()))
        || trusted
            .iter()
            .filter_map(|name| Some(X509Name::from_der(name.as_ref()).ok()?.1))
            .any(|root| is_of_one_house(issuer, &root) || is_named_after(&words, &common_words(&root)))
}

/// What authorities that are no roots are called.
const IN_BETWEEN: [&str; 5] = ["intermediate", "issuing", "subordinate", "sub", "subca"];

/// What any authority may be called.
const ANY: [&str; 7] = ["ca", "root", "authority", "certificate", "certification", "test", "the"];

/// The name of who signed the issuer.
fn signer_of_issuer<'a>(certificate: &X509Certificate<'a>) -> Option<&'a [u8]> {
    certificate.iter_extensions().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityKeyIdentifier(authority) => {
            authority.authority_cert_issuer.as_ref()?.iter().find_map(|name| match name {
                GeneralName::DirectoryName(name) => Some(name.as_raw()),
                _ => None,
            })
        }
        _ => None,
    })
}

/// Where the issuer's certificate can be fetched is written for those that are not at hand (RFC 5280, 4.2.2.1).
fn says_where_it_is(certificate: &X509Certificate<'_>) -> bool {
    let fetch = x509_parser::oid_registry::OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS;
    certificate.iter_extensions().any(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityInfoAccess(access) => access.iter().any(|entry| entry.access_method == fetch),
        _ => false,
    })
}

/// Whether both are of the same organization.
fn is_of_one_house(issuer: &X509Name<'_>, root: &X509Name<'_>) -> bool {
    organization(issuer).is_some_and(|house| organization(root) == Some(house))
}

fn organization(name: &X509Name<'_>) -> Option<String> {
    name.iter_organization().next()?.as_str().ok().map(str::to_lowercase).filter(|name| !name.is_empty())
}

/// Whether the issuer has the root's name with more words to it, as `Plant 7 Line 3` after `Plant 7 CA`.
fn is_named_after(issuer: &[String], root: &[String]) -> bool {
    let mut own = root.iter().filter(|word| !ANY.contains(&word.as_str())).peekable();
    own.peek().is_some() && own.all(|word| issuer.contains(word))
}

/// The words of a common name, in small letters.
fn common_words(name: &X509Name<'_>) -> Vec<String> {
    let Some(name) = name.iter_common_name().next().and_then(|name| name.as_str().ok()) else { return Vec::new() };
    let words = name.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, IsCa, KeyPair};

    type Issuer = CertifiedIssuer<'static, KeyPair>;

    fn params(name: &str, organization: Option<&str>) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        if let Some(organization) = organization {
            params.distinguished_name.push(DnType::OrganizationName, organization);
        }
        params
    }

    fn root(params: CertificateParams) -> Issuer {
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    }

    fn below(issuer: &Issuer, params: CertificateParams) -> Issuer {
        CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), issuer).unwrap()
    }

    fn leaf(issuer: &Issuer, extensions: Vec<CustomExtension>) -> CertificateDer<'static> {
        let mut params = CertificateParams::new(vec!["broker.plant".to_owned()]).unwrap();
        params.custom_extensions = extensions;
        params.signed_by(&KeyPair::generate().unwrap(), issuer).unwrap().der().clone()
    }

    fn name(issuer: &Issuer) -> DistinguishedName {
        let der = issuer.der().clone();
        let (_, certificate) = X509Certificate::from_der(&der).unwrap();
        DistinguishedName::from(certificate.subject().as_raw().to_vec())
    }

    #[test]
    fn a_leaf_alone() {
        let ours = root(params("plant root", Some("Contoso")));
        let trusted = [name(&ours)];
        let missing = |issuer: &Issuer, extensions| after(&leaf(issuer, extensions), &[], &trusted).is_some();
        assert!(!missing(&root(params("other CA", None)), vec![]), "nothing is known of it");
        assert!(!missing(&root(params("plant root", Some("Contoso"))), vec![]), "another by a trusted name");
        assert!(missing(&below(&ours, params("plant 2", Some("contoso"))), vec![]), "of the same house");
        assert!(missing(&below(&ours, params("x Issuing CA 1", None)), vec![]), "called so");
        assert!(missing(&below(&ours, params("Plant line 3", None)), vec![]), "called after it");
        assert!(!missing(&root(params("Plant Root 2", None)), vec![]), "called a root");
        // AuthorityInfoAccess with caIssuers, `http://x`.
        let access = b"\x30\x16\x30\x14\x06\x08\x2B\x06\x01\x05\x05\x07\x30\x02\x86\x08http://x".to_vec();
        let access = CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], access);
        assert!(missing(&below(&ours, params("x", None)), vec![access]));
    }

    #[test]
    fn a_leaf_that_says_who_signed_its_issuer() {
        let ours = root(params("plant root", None));
        let between = below(&ours, params("x", None));
        // AuthorityKeyIdentifier with authorityCertIssuer, a directory name.
        let extension = |signer: &DistinguishedName| {
            let wrap = |tag: u8, inner: &[u8]| [&[tag, u8::try_from(inner.len()).unwrap()], inner].concat();
            let content = wrap(0x30, &wrap(0xA1, &wrap(0xA4, signer.as_ref())));
            vec![CustomExtension::from_oid_content(&[2, 5, 29, 35], content)]
        };
        let trusted = [name(&ours)];
        let found = after(&leaf(&between, extension(&name(&ours))), &[], &trusted);
        assert_eq!(found.as_deref(), Some("CN=x"));
        let other = root(params("Other Issuing CA", None));
        assert_eq!(after(&leaf(&other, extension(&name(&other))), &[], &trusted), None, "it is a root");
    }

    #[test]
    fn a_chain_with_a_hole() {
        let ours = root(params("a", None));
        let (one, other) = (below(&ours, params("b", None)), root(params("c", None)));
        let two = below(&one, params("d", None));
        let leaf = leaf(&two, vec![]);
        let der = |issuer: &Issuer| issuer.der().clone();
        let trusted = [name(&other)];
        assert_eq!(after(&leaf, &[der(&two), der(&one), der(&ours)], &trusted), None, "whole, with an unknown root");
        assert_eq!(after(&leaf, &[der(&two), der(&one)], &trusted), None, "whole up to an unknown root");
        assert_eq!(after(&leaf, &[der(&two), der(&ours)], &trusted).as_deref(), Some("CN=b"));
        assert_eq!(after(&leaf, &[der(&ours)], &trusted).as_deref(), Some("CN=d"));
        assert_eq!(after(&CertificateDer::from(vec![1, 2, 3]), &[], &trusted), None);
    }
}
