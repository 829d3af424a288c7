//! How AWS writes a function's configuration. Must not know HTTP.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hearth_model::{Architecture, FunctionRecord, Micros, function_arn};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A function as `GetFunctionConfiguration` gives it. Values of environment variables are shown to whoever asks for
/// the function itself, as AWS does, and not in lists.
pub(super) fn configuration(
    function: &FunctionRecord,
    region: &str,
    environment: Option<&BTreeMap<String, String>>,
    version: &str,
) -> Value {
    let settings = &function.configuration;
    let mut shape = json!({
        "FunctionName": function.name,
        "FunctionArn": function_arn(region, &function.name),
        "Runtime": settings.runtime,
        "Role": "arn:aws:iam::000000000000:role/hearth-local",
        "Handler": settings.handler,
        "CodeSize": function.code.size_bytes,
        "Description": settings.description,
        "Timeout": settings.timeout_s,
        "MemorySize": settings.memory_mb,
        "LastModified": timestamp(function.deployed_us),
        "CodeSha256": sha256(&function.code.sha256),
        "Version": version,
        "TracingConfig": { "Mode": "PassThrough" },
        "RevisionId": revision(function),
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": [architecture(settings.architecture)],
        "EphemeralStorage": { "Size": 512 },
        "SnapStart": { "ApplyOn": "None", "OptimizationStatus": "Off" },
        "LoggingConfig": { "LogFormat": "Text", "LogGroup": format!("/aws/lambda/{}", function.name) },
    });
    if let (Some(shape), Some(environment)) = (shape.as_object_mut(), environment)
        && !environment.is_empty()
    {
        let variables: Map<String, Value> =
            environment.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        shape.insert("Environment".to_owned(), json!({ "Variables": variables }));
    }
    shape
}

/// AWS's word for an architecture.
pub(super) fn architecture(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "x86_64",
        Architecture::Arm64 => "arm64",
    }
}

fn timestamp(at: Micros) -> String {
    Timestamp::from_microsecond(at.0)
        .map(|instant| instant.strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string())
        .unwrap_or_default()
}

/// AWS writes hashes in base64.
fn sha256(hexadecimal: &str) -> String {
    let bytes: Vec<u8> = hexadecimal
        .as_bytes()
        .chunks(2)
        .filter_map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    STANDARD.encode(bytes)
}

/// An id of UUID form that changes with each version.
fn revision(function: &FunctionRecord) -> String {
    let digits = format!("{:0<24.24}{:08x}", function.code.sha256, function.version);
    format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_hashes_have_the_form_of_aws() {
        assert_eq!(timestamp(Micros(1_763_900_000_123_456)), "2025-11-23T12:13:20.123+0000");
        assert_eq!(sha256("00ff10"), "AP8Q");
    }
}
