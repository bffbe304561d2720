//! Versions and dialects: what a schema is projected to.
//!
//! ARM has dated versions. Kubernetes has `v1beta1`, which covers two shapes, and `v1`, to which releases have added;
//! a release is named by the ARM version that came with it.

use std::fmt;

/// A version of the ARM types, in the order of publication.
///
/// Source: ARM types Microsoft.IoTOperations, 2024-07-01-preview to 2026-11-01-preview. Whether 2026-10-01 has been
/// published is not certain, and 2026-11-01-preview is a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the dates of publication, and nothing else")]
pub enum ArmVersion {
    Preview20240701,
    Preview20240815,
    Preview20240915,
    V20241101,
    V20250401,
    Preview20250701,
    V20251001,
    V20260301,
    V20260701,
    V20261001,
    Preview20261101,
}

impl ArmVersion {
    /// Every version, oldest first.
    pub const ALL: [Self; 11] = [
        Self::Preview20240701,
        Self::Preview20240815,
        Self::Preview20240915,
        Self::V20241101,
        Self::V20250401,
        Self::Preview20250701,
        Self::V20251001,
        Self::V20260301,
        Self::V20260701,
        Self::V20261001,
        Self::Preview20261101,
    ];
    /// The newest version, drafts included.
    pub const NEWEST: Self = Self::Preview20261101;

    /// The version with exactly this name, such as `2024-11-01`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.as_str() == text)
    }

    /// The name as it stands behind the `@` of a resource type.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preview20240701 => "2024-07-01-preview",
            Self::Preview20240815 => "2024-08-15-preview",
            Self::Preview20240915 => "2024-09-15-preview",
            Self::V20241101 => "2024-11-01",
            Self::V20250401 => "2025-04-01",
            Self::Preview20250701 => "2025-07-01-preview",
            Self::V20251001 => "2025-10-01",
            Self::V20260301 => "2026-03-01",
            Self::V20260701 => "2026-07-01",
            Self::V20261001 => "2026-10-01",
            Self::Preview20261101 => "2026-11-01-preview",
        }
    }
}

impl fmt::Display for ArmVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The shape of a Kubernetes manifest. `v1beta1` has two; an endpoint tells which by having `spec.authentication`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shape {
    /// `v1beta1` of release 0.6: `authentication` stands beside the settings block.
    V1Beta1Auth,
    /// `v1beta1` of releases 0.7 and 0.8, and of later preview kinds.
    V1Beta1,
    /// `v1`, since release 1.0.
    V1,
}

impl Shape {
    /// The `apiVersion` of a manifest of this shape.
    pub const fn api_version(self) -> &'static str {
        match self {
            Self::V1Beta1Auth | Self::V1Beta1 => "connectivity.iotoperations.azure.com/v1beta1",
            Self::V1 => "connectivity.iotoperations.azure.com/v1",
        }
    }
}

/// One version and dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// A custom resource, as the release takes it that came with this ARM version.
    Kubernetes {
        /// The shape of the manifest.
        shape: Shape,
        /// The newest release whose fields count as known.
        release: ArmVersion,
    },
    /// A resource of this version of the ARM types.
    Arm(ArmVersion),
}

impl Target {
    /// A custom resource of this shape with every field that any release has.
    pub const fn kubernetes(shape: Shape) -> Self {
        Self::Kubernetes { shape, release: ArmVersion::NEWEST }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arm(version) => write!(f, "Microsoft.IoTOperations@{version}"),
            Self::Kubernetes { shape, release } if *release == ArmVersion::NEWEST => f.write_str(shape.api_version()),
            Self::Kubernetes { shape, release } => {
                write!(f, "{} of the release of {release}", shape.api_version())
            }
        }
    }
}

/// The ARM version that came with a release of Azure IoT Operations.
///
/// Takes `1.0`, `1.1.13`, `0.7.31` and the like, or an ARM version. Releases after 1.2 are only known by their ARM
/// version. Source: the version history of the `az iot ops` extension.
pub fn aio_release(text: &str) -> Option<ArmVersion> {
    if let Some(version) = ArmVersion::parse(text) {
        return Some(version);
    }
    let number = text.strip_suffix("-preview").unwrap_or(text);
    let parts: Vec<&str> = number.split('.').collect();
    let numeric = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !(2..=3).contains(&parts.len()) || !parts.iter().all(numeric) {
        return None;
    }
    match (parts[0], parts[1]) {
        ("0", "6") => Some(ArmVersion::Preview20240701),
        ("0", "7") => Some(ArmVersion::Preview20240815),
        ("0", "8") => Some(ArmVersion::Preview20240915),
        ("1", "0") => Some(ArmVersion::V20241101),
        ("1", "1") => Some(ArmVersion::V20250401),
        ("1", "2") => Some(ArmVersion::Preview20250701),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_in_the_order_of_their_dates() {
        let names: Vec<&str> = ArmVersion::ALL.iter().map(|version| version.as_str()).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        assert_eq!(names, sorted);
        assert!(ArmVersion::ALL.is_sorted());
        assert_eq!(ArmVersion::ALL.last(), Some(&ArmVersion::NEWEST));
    }

    #[test]
    fn every_version_is_read_back() {
        for version in ArmVersion::ALL {
            assert_eq!(ArmVersion::parse(version.as_str()), Some(version));
        }
        assert_eq!(ArmVersion::parse("2024-11-02"), None);
    }

    #[test]
    fn releases_are_known_by_their_first_two_numbers() {
        assert_eq!(aio_release("1.1"), Some(ArmVersion::V20250401));
        assert_eq!(aio_release("1.1.13"), Some(ArmVersion::V20250401));
        assert_eq!(aio_release("0.6.0-preview"), Some(ArmVersion::Preview20240701));
        assert_eq!(aio_release("2026-03-01"), Some(ArmVersion::V20260301));
        for unknown in ["1", "1.3", "1.1.x", "1..0", "", "v1.0", "1.0.0.0"] {
            assert_eq!(aio_release(unknown), None, "{unknown}");
        }
    }
}
