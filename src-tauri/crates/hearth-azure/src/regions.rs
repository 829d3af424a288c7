//! The regions of Azure, and the word for all of them. A subscription lists the apps of every region in one answer.

/// Where functions of every region are.
pub const ALL: &str = "all";

/// Public regions, by the names that Azure's command line uses.
pub const REGIONS: [&str; 47] = [
    "australiacentral",
    "australiaeast",
    "australiasoutheast",
    "austriaeast",
    "belgiumcentral",
    "brazilsouth",
    "canadacentral",
    "canadaeast",
    "centralindia",
    "centralus",
    "chilecentral",
    "denmarkeast",
    "eastasia",
    "eastus",
    "eastus2",
    "francecentral",
    "germanywestcentral",
    "indonesiacentral",
    "israelcentral",
    "italynorth",
    "japaneast",
    "japanwest",
    "koreacentral",
    "koreasouth",
    "malaysiawest",
    "mexicocentral",
    "newzealandnorth",
    "northcentralus",
    "northeurope",
    "norwayeast",
    "polandcentral",
    "qatarcentral",
    "southafricanorth",
    "southcentralus",
    "southeastasia",
    "southindia",
    "spaincentral",
    "swedencentral",
    "switzerlandnorth",
    "uaenorth",
    "uksouth",
    "ukwest",
    "westcentralus",
    "westeurope",
    "westus",
    "westus2",
    "westus3",
];

/// A region as Azure's command line writes it: `West Europe` and `westeurope` are the same.
pub(crate) fn region(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Whether a location may be asked for: all, or what can be a region.
pub(crate) fn is_region(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 40
        && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
}
