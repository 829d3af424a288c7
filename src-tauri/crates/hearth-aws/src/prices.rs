//! What AWS charges, from the Price List Query API. Owns that one region of one service is asked for, which is some
//! kilobytes where the public file has megabytes. What the products mean is hearth-cost's.

use crate::AwsAccount;
use crate::fault::Asked;
use aws_sdk_pricing::types::{Filter, FilterType};
use hearth_cloud::{FaultKind, Result};

/// The API is in three regions and says the same in each.
pub(crate) const REGION: &str = "us-east-1";
/// As AWS names the form of its documents.
const FORM: &str = "aws_v1";
/// More pages of a hundred products than any region of a service has.
const MOST_PAGES: u32 = 100;

/// Every product of a service in a region, as AWS's own JSON.
pub(crate) async fn products(account: &AwsAccount, service: &str, region: &str) -> Result<Vec<String>> {
    let asked = Asked { operation: "pricing:GetProducts", location: region };
    // Data transfer is listed by where it comes from.
    let field = if service == "AWSDataTransfer" { "fromRegionCode" } else { "regionCode" };
    let filter = Filter::builder()
        .r#type(FilterType::TermMatch)
        .field(field)
        .value(region)
        .build()
        .map_err(|error| asked.fault(FaultKind::Invalid, error.to_string()))?;
    let client = account.pricing();
    let (mut products, mut next) = (Vec::new(), None);
    for _ in 0..MOST_PAGES {
        let answer = client
            .get_products()
            .service_code(service)
            .filters(filter.clone())
            .format_version(FORM)
            .set_next_token(next)
            .send()
            .await
            .map_err(|error| asked.failed(&error))?;
        products.extend_from_slice(answer.price_list());
        next = answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if next.is_none() {
            return Ok(products);
        }
    }
    Err(asked.fault(FaultKind::Other, format!("the prices of {service} have more than {MOST_PAGES} pages")))
}
