//! The catalogue of meters: what vendors count and in which unit. Owns the names that a price book may use, so
//! that a typo is found when the book is read. Must not know prices.

use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// Who sends the bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Amazon Web Services.
    Aws,
    /// Microsoft Azure.
    Azure,
    /// Google Cloud.
    Gcp,
    /// Cloudflare.
    Cloudflare,
    /// Vercel.
    Vercel,
    /// IBM Cloud.
    Ibm,
    /// Huawei Cloud.
    Huawei,
    /// Oracle Cloud.
    Oracle,
}

impl Provider {
    /// Its name in a price book.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Azure => "azure",
            Self::Gcp => "gcp",
            Self::Cloudflare => "cloudflare",
            Self::Vercel => "vercel",
            Self::Ibm => "ibm",
            Self::Huawei => "huawei",
            Self::Oracle => "oracle",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

macro_rules! units {
    ($( $(#[doc = $doc:literal])* $unit:ident = $name:literal; )*) => {
        /// What one of a quantity is. GB is 1024³ bytes, and 1 GB of memory 1024 MB, unless it says decimal.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Unit { $( $(#[doc = $doc])* $unit, )* }

        impl Unit {
            /// Its name in a price book.
            pub fn name(self) -> &'static str {
                match self { $( Self::$unit => $name, )* }
            }

            /// The unit of that name.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $( $name => Some(Self::$unit), )* _ => None }
            }
        }
    };
}

units! {
    /// A request, invocation or execution.
    Request = "request";
    /// One GB for one second.
    GbSecond = "GB-second";
    /// One GB for one hour.
    GbHour = "GB-hour";
    /// One GB for one month.
    GbMonth = "GB-month";
    /// 1024³ bytes.
    Gb = "GB";
    /// 10⁹ bytes.
    GbDecimal = "GB-decimal";
    /// 10⁹ bytes for 30 days.
    GbDecimalMonth = "GB-decimal-month";
    /// One virtual processor for one second.
    VcpuSecond = "vCPU-second";
    /// One virtual processor for one hour.
    VcpuHour = "vCPU-hour";
    /// One GHz for one second.
    GhzSecond = "GHz-second";
    /// One millisecond of processor time.
    CpuMs = "CPU-ms";
    /// One hour of processor time.
    CpuHour = "CPU-hour";
    /// An hour.
    Hour = "hour";
    /// A month.
    Month = "month";
    /// An event poller unit for one hour.
    EpuHour = "EPU-hour";
    /// An operation of a durable function.
    Operation = "operation";
    /// A metric that was asked for.
    Metric = "metric";
    /// A share of another price.
    Fraction = "fraction";
}

macro_rules! meters {
    ($( $provider:ident $service:literal { $( $meter:ident = $name:literal $unit:ident $kind:ident; )* } )*) => {
        /// Something that is counted and has a price, or an allowance of it that is free.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Meter { $( $( $meter, )* )* }

        impl Meter {
            /// All of them.
            pub const ALL: &'static [Self] = &[ $( $( Self::$meter, )* )* ];

            fn facts(self) -> (Provider, &'static str, &'static str, Unit, Kind) {
                match self { $( $(
                    Self::$meter => (Provider::$provider, $service, $name, Unit::$unit, Kind::$kind),
                )* )* }
            }
        }
    };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Price,
    Allowance,
}

meters! {
    Aws "lambda" {
        LambdaRequests = "requests" Request Price;
        LambdaDuration = "duration" GbSecond Price;
        LambdaEphemeral = "ephemeral_storage" GbSecond Price;
        LambdaProvisioned = "provisioned_concurrency" GbSecond Price;
        LambdaProvisionedDuration = "provisioned_duration" GbSecond Price;
        LambdaStream = "response_stream" Gb Price;
        LambdaSnapCache = "snapstart_cache" GbSecond Price;
        LambdaSnapRestore = "snapstart_restore" Gb Price;
        LambdaTenant = "tenant_env_created" Gb Price;
        LambdaDurableOperations = "durable_operations" Operation Price;
        LambdaDurableWritten = "durable_written" GbDecimal Price;
        LambdaDurableRetained = "durable_retained" GbDecimalMonth Price;
        LambdaKafkaPoller = "esm_kafka_epu" EpuHour Price;
        LambdaSqsPoller = "esm_sqs_epu" EpuHour Price;
        LambdaEdgeRequests = "edge_requests" Request Price;
        LambdaEdgeDuration = "edge_duration" GbSecond Price;
        LambdaManagedRequests = "lmi_requests" Request Price;
        LambdaManagedFee = "lmi_management_fee" Fraction Price;
        LambdaMicrovmVcpu = "microvm_vcpu" VcpuSecond Price;
        LambdaMicrovmMemory = "microvm_memory" GbSecond Price;
        LambdaMicrovmWrite = "microvm_snapshot_write" Gb Price;
        LambdaMicrovmRead = "microvm_snapshot_read" Gb Price;
        LambdaMicrovmStorage = "microvm_snapshot_storage" GbMonth Price;
        LambdaFreeRequests = "free_requests" Request Allowance;
        LambdaFreeGbSeconds = "free_gb_seconds" GbSecond Allowance;
        LambdaFreeStream = "free_stream_gb" Gb Allowance;
    }
    Aws "fargate" {
        FargateVcpu = "vcpu" VcpuHour Price;
        FargateMemory = "memory" GbHour Price;
        FargateEphemeral = "ephemeral_storage" GbHour Price;
        FargateWindowsVcpu = "windows_vcpu" VcpuHour Price;
        FargateWindowsOs = "windows_os" VcpuHour Price;
        FargateWindowsMemory = "windows_memory" GbHour Price;
        FargateSpotVcpu = "spot_vcpu" VcpuHour Price;
        FargateSpotMemory = "spot_memory" GbHour Price;
    }
    Aws "vpc" {
        PublicIpv4 = "public_ipv4" Hour Price;
        NatHour = "nat_hour" Hour Price;
        NatGb = "nat_gb" Gb Price;
    }
    Aws "cloudwatch_logs" {
        LogsIngest = "ingest" Gb Price;
        LogsStorage = "storage" GbMonth Price;
        LogsScan = "insights_scan" Gb Price;
        LogsFree = "free_gb" Gb Allowance;
    }
    Aws "cloudwatch" {
        MetricData = "get_metric_data" Metric Price;
    }
    Aws "data_transfer" {
        InternetOut = "internet_out" Gb Price;
    }
    Azure "functions_consumption" {
        AzureConsumptionExecutions = "executions" Request Price;
        AzureConsumptionDuration = "duration" GbSecond Price;
    }
    Azure "functions_flex" {
        AzureFlexDuration = "on_demand_duration" GbSecond Price;
        AzureFlexExecutions = "on_demand_executions" Request Price;
        AzureFlexReadyBaseline = "always_ready_baseline" GbSecond Price;
        AzureFlexReadyDuration = "always_ready_duration" GbSecond Price;
        AzureFlexReadyExecutions = "always_ready_executions" Request Price;
    }
    Azure "functions_premium" {
        AzurePremiumVcpu = "vcpu" VcpuHour Price;
        AzurePremiumMemory = "memory" GbHour Price;
    }
    Gcp "functions_gen1" {
        Gen1Cpu = "cpu" GhzSecond Price;
        Gen1Memory = "memory" GbSecond Price;
        Gen1IdleCpu = "idle_cpu" GhzSecond Price;
        Gen1Invocations = "invocations" Request Price;
        Gen1Egress = "egress" Gb Price;
        Gen1FreeGbSeconds = "free_gb_seconds" GbSecond Allowance;
        Gen1FreeGhzSeconds = "free_ghz_seconds" GhzSecond Allowance;
        Gen1FreeRequests = "free_requests" Request Allowance;
        Gen1FreeEgress = "free_egress_gb" Gb Allowance;
    }
    Gcp "cloud_run" {
        RunRequestCpu = "request_cpu" VcpuSecond Price;
        RunRequestMemory = "request_memory" GbSecond Price;
        RunIdleCpu = "idle_cpu" VcpuSecond Price;
        RunIdleMemory = "idle_memory" GbSecond Price;
        RunInstanceCpu = "instance_cpu" VcpuSecond Price;
        RunInstanceMemory = "instance_memory" GbSecond Price;
        RunRequests = "requests" Request Price;
        RunWorkerCpu = "worker_cpu" VcpuSecond Price;
        RunWorkerMemory = "worker_memory" GbSecond Price;
        RunDelayedCpu = "delayed_job_cpu" VcpuSecond Price;
        RunDelayedMemory = "delayed_job_memory" GbSecond Price;
        RunEgress = "egress_internet" Gb Price;
        RunFreeRequestVcpuSeconds = "free_request_vcpu_seconds" VcpuSecond Allowance;
        RunFreeRequestGbSeconds = "free_request_gb_seconds" GbSecond Allowance;
        RunFreeRequests = "free_requests" Request Allowance;
        RunFreeInstanceVcpuSeconds = "free_instance_vcpu_seconds" VcpuSecond Allowance;
        RunFreeInstanceGbSeconds = "free_instance_gb_seconds" GbSecond Allowance;
    }
    Cloudflare "workers_paid" {
        WorkersBase = "base" Month Price;
        WorkersRequests = "requests" Request Price;
        WorkersCpu = "cpu" CpuMs Price;
        WorkersIncludedRequests = "included_requests" Request Allowance;
        WorkersIncludedCpu = "included_cpu" CpuMs Allowance;
    }
    Vercel "fluid" {
        VercelInvocations = "invocations" Request Price;
        VercelCpu = "active_cpu" CpuHour Price;
        VercelMemory = "provisioned_memory" GbHour Price;
    }
    Ibm "code_engine" {
        IbmCpu = "cpu" VcpuSecond Price;
        IbmMemory = "memory" GbSecond Price;
        IbmRequests = "requests" Request Price;
    }
    Huawei "functions" {
        HuaweiDuration = "duration" GbSecond Price;
        HuaweiRequests = "requests" Request Price;
    }
    Oracle "functions" {
        OracleDuration = "duration" GbSecond Price;
        OracleRequests = "requests" Request Price;
    }
}

impl Meter {
    /// The meter of these names in a price book.
    pub fn parse(provider: &str, service: &str, name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|meter| {
            (meter.provider().name(), meter.service(), meter.name()) == (provider, service, name)
        })
    }

    /// Who counts it.
    pub fn provider(self) -> Provider {
        self.facts().0
    }

    /// The service it belongs to, `lambda`.
    pub fn service(self) -> &'static str {
        self.facts().1
    }

    /// Its name within the service, `duration`.
    pub fn name(self) -> &'static str {
        self.facts().2
    }

    /// What one of it is.
    pub fn unit(self) -> Unit {
        self.facts().3
    }

    /// Whether it is a free allowance rather than a price.
    pub fn is_allowance(self) -> bool {
        self.facts().4 == Kind::Allowance
    }
}

impl fmt::Display for Meter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}/{}", self.provider(), self.service(), self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_meter_is_found_by_its_own_names_and_no_other() {
        for meter in Meter::ALL {
            let found = Meter::parse(meter.provider().name(), meter.service(), meter.name());
            assert_eq!(found, Some(*meter), "{meter}");
            assert_eq!(Unit::parse(meter.unit().name()), Some(meter.unit()), "{meter}");
        }
        assert_eq!(Meter::parse("aws", "lambda", "reqests"), None);
    }
}
