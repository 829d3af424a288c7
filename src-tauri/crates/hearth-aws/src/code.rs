//! The code of a function, read back: AWS gives an address of S3 that holds for ten minutes, and the zip is fetched from
//! there. That address is signed, so no error quotes it. Must not know what the zip holds.

use crate::AwsAccount;
use crate::fault::Asked;
use crate::functions::{IMAGE, function};
use crate::http::{broken, client};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hearth_cloud::{FaultKind, FunctionAddress, FunctionCode, Result};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// Most that a package may have, packed; AWS takes 50 MB at once and more through S3, as long as it is below 250 MB
/// unpacked.
const MOST_BYTES: u64 = 250 * 1_024 * 1_024;
/// A large package on a slow line.
const PATIENCE: Duration = Duration::from_mins(5);

pub(crate) async fn code(account: &AwsAccount, address: &FunctionAddress) -> Result<FunctionCode> {
    let asked = Asked { operation: "lambda:GetFunction", location: &address.location };
    let client = account.lambda(&address.location)?;
    let answer = client.get_function().function_name(&address.name).send().await;
    let answer = answer.map_err(|error| asked.failed(&error))?;
    let Some(given) = answer.configuration() else {
        let words = format!("there is no function `{}`", address.name);
        return Err(asked.fault(FaultKind::NotFound, words));
    };
    let function = function(&address.location, given);
    let place = answer.code();
    if function.configuration.runtime == IMAGE {
        let image = place.and_then(|place| place.image_uri()).unwrap_or("unnamed");
        let words = format!("`{}` is a container image, {image}: its code is in its registry", address.name);
        return Err(asked.fault(FaultKind::Unable, words));
    }
    let url = place.and_then(|place| place.location()).filter(|url| !url.is_empty());
    let url =
        url.ok_or_else(|| asked.fault(FaultKind::Other, "AWS gave no address to fetch the code from"))?;
    let zip = fetch(&asked, url).await?;
    let hash = STANDARD.encode(Sha256::digest(&zip));
    if !function.code_hash.is_empty() && hash != function.code_hash {
        let words = format!(
            "the code that came has the hash {hash}, not {} as AWS says: it changed meanwhile, or was cut",
            function.code_hash
        );
        return Err(asked.fault(FaultKind::BrokenOff, words));
    }
    Ok(FunctionCode { function, zip })
}

async fn fetch(asked: &Asked<'_>, url: &str) -> Result<Vec<u8>> {
    let failed = |error| broken(asked, error);
    let mut answer = client(asked, PATIENCE)?.get(url).send().await.map_err(failed)?;
    let status = answer.status();
    if !status.is_success() {
        let words = format!("the place of the code answered {status}; its address holds for ten minutes");
        return Err(asked.fault(FaultKind::Other, words));
    }
    let mut zip = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(failed)? {
        zip.extend_from_slice(&piece);
        if zip.len() as u64 > MOST_BYTES {
            return Err(asked.fault(FaultKind::Other, "the code is larger than 250 MB, more than AWS allows"));
        }
    }
    Ok(zip)
}
