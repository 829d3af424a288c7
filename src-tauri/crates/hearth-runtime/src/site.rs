//! What every part of a running runtime shares: folders, the spawner, the clock, the way out for events, and how
//! each engine is launched. Must not know states or invocations.

use crate::error::Error;
use crate::interpreters::{Interpreter, Interpreters};
use crate::outbox::Outbox;
use crate::spawn::{Launch, Spawner};
use crate::strays::{self, Strays};
use crate::sys::{Cgroups, Group};
use crate::{EngineStatus, RuntimeOptions, clients, process};
use hearth_model::{Clock, Engine};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) struct Site {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) spawner: Spawner,
    pub(crate) outbox: Outbox,
    pub(crate) region: String,
    pub(crate) clients: PathBuf,
    pub(crate) records: PathBuf,
    /// Where the kernel holds memory limits, or why it does not.
    pub(crate) cgroups: Result<Cgroups, String>,
    pipes: PathBuf,
    scratch: PathBuf,
    bytecode: Option<PathBuf>,
    worker: Option<PathBuf>,
    interpreters: Interpreters,
    names: AtomicU64,
    pub(crate) strays: Arc<Strays>,
}

impl Site {
    pub(crate) async fn prepare(options: &RuntimeOptions) -> crate::Result<Self> {
        let run_dir =
            std::path::absolute(&options.run_dir).map_err(Error::files("find", &options.run_dir))?;
        let records = run_dir.join("processes");
        let swept = process::sweep_orphans(&records)?;
        if swept > 0 {
            tracing::info!(swept, "ended processes of a run that did not close");
        }
        let (pipes, scratch) = (run_dir.join("pipes"), run_dir.join("tmp"));
        strays::end_all(&scratch);
        for folder in [&pipes, &scratch] {
            match fs::remove_dir_all(folder) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                // What a function wrote may be undeletable; a new environment gets a folder of its own anyway.
                Err(error) => tracing::warn!(%error, folder = %folder.display(), "could not empty a folder"),
            }
            fs::create_dir_all(folder).map_err(Error::files("create", folder))?;
        }
        let clients = run_dir.join("clients");
        clients::unpack(&clients)?;
        let cgroups = Cgroups::find();
        if let Err(reason) = &cgroups {
            tracing::debug!(reason, "memory limits are held by sampling");
        }
        let spawner = Spawner::start()
            .map_err(|source| Error::Start { program: "the spawner thread".to_owned(), source })?;
        let interpreters = Interpreters::find(&spawner, options.search_path.as_deref(), &scratch).await;
        Ok(Self {
            clock: options.clock.clone(),
            spawner,
            outbox: Outbox::start(),
            region: options.price_region.clone(),
            clients,
            records,
            cgroups,
            pipes,
            scratch,
            bytecode: options.bytecode_dir.clone(),
            worker: options.worker_exe.clone(),
            interpreters,
            names: AtomicU64::new(1),
            strays: Arc::default(),
        })
    }

    /// Ends whatever a function started that is still there; nothing of it may run after Hearth.
    pub(crate) fn end_strays(&self) {
        strays::end_all(&self.scratch);
    }

    /// A folder of its own for one process.
    pub(crate) fn scratch_folder(&self) -> crate::Result<PathBuf> {
        let folder = self.scratch.join(self.names.fetch_add(1, Ordering::Relaxed).to_string());
        fs::create_dir_all(&folder).map_err(Error::files("create", &folder))?;
        Ok(folder)
    }

    /// A control group for one process and its children, where there are such.
    pub(crate) fn group(&self) -> Option<Group> {
        let cgroups = self.cgroups.as_ref().ok()?;
        match cgroups.group(&self.names.fetch_add(1, Ordering::Relaxed).to_string()) {
            Ok(group) => Some(group),
            Err(error) => {
                tracing::warn!(%error, "an environment has no control group; its memory is sampled");
                None
            }
        }
    }

    /// A path for a log pipe that nobody else uses.
    pub(crate) fn pipe_path(&self) -> PathBuf {
        self.pipes.join(self.names.fetch_add(1, Ordering::Relaxed).to_string())
    }

    pub(crate) fn interpreter(&self, engine: Engine) -> crate::Result<&Interpreter> {
        let found =
            if engine == Engine::Python { &self.interpreters.python } else { &self.interpreters.node };
        found.as_ref().map_err(|reason| Error::Engine(reason.clone()))
    }

    /// How a process of `engine` starts; outputs are set by whoever reads them.
    pub(crate) fn launch(
        &self,
        engine: Engine,
        code: Option<&Path>,
        mut environment: BTreeMap<String, String>,
    ) -> crate::Result<Launch> {
        if engine == Engine::Python
            && let Some(folder) = &self.bytecode
        {
            // Our client takes it out again before it loads a function.
            environment.insert("HEARTH_PYCACHE".to_owned(), folder.to_string_lossy().into_owned());
        }
        let (program, arguments): (PathBuf, Vec<OsString>) = match engine {
            Engine::Python => (
                self.interpreter(engine)?.path.clone(),
                vec!["-S".into(), self.clients.join("python/bootstrap.py").into()],
            ),
            Engine::Node => {
                (self.interpreter(engine)?.path.clone(), vec![self.clients.join("node/bootstrap.mjs").into()])
            }
            Engine::Quickjs => (self.worker()?.to_owned(), vec!["worker".into(), "quickjs".into()]),
            Engine::Provided => {
                let program =
                    code.unwrap_or(&self.scratch).join(format!("bootstrap{}", std::env::consts::EXE_SUFFIX));
                check_format(&program)?;
                (program, Vec::new())
            }
        };
        let mut launch = Launch {
            program,
            arguments,
            directory: code.unwrap_or(&self.scratch).to_owned(),
            environment,
            stdin: Stdio::null(),
            stdout: Stdio::null(),
            stderr: Stdio::null(),
        };
        if let Some(wrapper) = launch.environment.get("AWS_LAMBDA_EXEC_WRAPPER") {
            let program = std::mem::replace(&mut launch.program, PathBuf::from(wrapper));
            launch.arguments.insert(0, program.into());
        }
        Ok(launch)
    }

    /// The zygote of Python.
    pub(crate) fn launch_zygote(&self) -> crate::Result<Launch> {
        let mut environment = crate::variables::base(&self.scratch);
        environment.insert("HEARTH_PARKED".to_owned(), "1".to_owned());
        let mut launch = self.launch(Engine::Python, None, environment)?;
        launch.arguments = vec!["-S".into(), self.clients.join("python/zygote.py").into()];
        launch.stdin = Stdio::piped();
        launch.stdout = Stdio::piped();
        launch.stderr = Stdio::piped();
        Ok(launch)
    }

    /// A process that waits for its function.
    pub(crate) fn launch_parked(&self, engine: Engine, port: u16) -> crate::Result<Launch> {
        let mut environment = crate::variables::base(&self.scratch);
        environment.insert("HEARTH_PARKED".to_owned(), "1".to_owned());
        environment.insert("AWS_LAMBDA_RUNTIME_API".to_owned(), format!("127.0.0.1:{port}"));
        self.launch(engine, None, environment)
    }

    fn worker(&self) -> crate::Result<&Path> {
        match &self.worker {
            Some(path) if path.is_file() => Ok(path),
            Some(path) => Err(Error::Engine(format!("the QuickJS worker {} is missing", path.display()))),
            None => Err(Error::Engine("the QuickJS worker is switched off".to_owned())),
        }
    }

    /// Whether functions of `engine` can run here.
    pub(crate) fn has(&self, engine: Engine) -> bool {
        self.status(engine, 0).available
    }

    pub(crate) fn status(&self, engine: Engine, parked: usize) -> EngineStatus {
        let found = match engine {
            Engine::Python | Engine::Node => {
                self.interpreter(engine).map(|found| (Some(found.path.clone()), Some(found.version.clone())))
            }
            Engine::Quickjs => self.worker().map(|path| (Some(path.to_owned()), None)),
            Engine::Provided => Ok((None, None)),
        };
        match found {
            Ok((path, version)) => {
                EngineStatus { engine, path, version, available: true, reason: None, parked }
            }
            Err(error) => EngineStatus {
                engine,
                path: None,
                version: None,
                available: false,
                reason: Some(error.to_string()),
                parked,
            },
        }
    }

    /// What Lambda would call the runtime's version in `INIT_START`.
    pub(crate) fn version_words(&self, engine: Engine, runtime: &str) -> String {
        match self.interpreter(engine) {
            Ok(found) if matches!(engine, Engine::Python | Engine::Node) => {
                let name = if engine == Engine::Python { "python" } else { "nodejs" };
                format!("{name}:{}", found.version)
            }
            _ => runtime.to_owned(),
        }
    }
}

/// Refuses what Linux cannot run. The C library would hand it to a shell, where Lambda says so.
fn check_format(program: &Path) -> crate::Result<()> {
    use std::io::Read as _;
    let mut start = Vec::new();
    let read = fs::File::open(program).and_then(|file| file.take(4).read_to_end(&mut start));
    // Whoever starts it says why it cannot be read.
    if cfg!(not(target_os = "linux")) || read.is_err() || start.starts_with(b"#!") || start == *b"\x7fELF" {
        return Ok(());
    }
    let source = std::io::Error::new(std::io::ErrorKind::InvalidData, "exec format error");
    Err(Error::Start { program: program.display().to_string(), source })
}
