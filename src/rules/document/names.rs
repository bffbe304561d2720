//! What Kubernetes takes as the name of an object.

/// Most characters of a DNS-1123 subdomain (reference: Kubernetes documentation, object names).
pub(super) const LONGEST: usize = 253;
/// What [`is_subdomain`] accepts, in words.
pub(super) const SUBDOMAIN: &str = "lower-case letters, digits, `-` and `.`, with a letter or digit at each end";

/// Whether `text` is a DNS-1123 subdomain: labels of lower-case letters, digits and inner hyphens, with dots between.
pub(super) fn is_subdomain(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let label =
        |label: &str| !label.is_empty() && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-');
    text.len() <= LONGEST && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_objects_are_subdomains() {
        for name in ["a", "0", "kiln-7", "a.b", "x-1.y-2", &"a".repeat(253)] {
            assert!(is_subdomain(name), "{name}");
        }
        for name in ["", "-a", "a-", "A", "a_b", "a..b", ".a", "a.-b", "ä", "a b", &"a".repeat(254)] {
            assert!(!is_subdomain(name), "{name}");
        }
    }
}
