//! The one place that starts processes. Owns the permanent thread they are started from (a parent-death signal
//! fires when the *thread* that spawned ends), the cleared environment, process groups and limits. Must not know
//! what the processes are for.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

/// What to start. Its environment is exactly `environment`: nothing of the host's leaks in.
pub(crate) struct Launch {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) directory: PathBuf,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) stdin: Stdio,
    pub(crate) stdout: Stdio,
    pub(crate) stderr: Stdio,
}

struct Request {
    command: Command,
    reply: oneshot::Sender<io::Result<Child>>,
}

/// Starts processes from its own thread, which lives as long as this value.
pub(crate) struct Spawner {
    requests: std::sync::mpsc::Sender<Request>,
}

impl Spawner {
    /// Begins the thread; must be called on a tokio runtime, whose reactor will await the processes.
    pub(crate) fn start() -> io::Result<Self> {
        let (requests, inbox) = std::sync::mpsc::channel::<Request>();
        let runtime = tokio::runtime::Handle::current();
        std::thread::Builder::new().name("hearth-spawner".to_owned()).spawn(move || {
            let _context = runtime.enter();
            for Request { mut command, reply } in inbox {
                let child = command.spawn();
                // Closes our copies of the log pipe's writing end before anyone waits for its end.
                drop(command);
                // A caller that went away drops the child, which kills it.
                drop(reply.send(child));
            }
        })?;
        Ok(Self { requests })
    }

    /// Starts `launch` in its own process group.
    pub(crate) async fn spawn(&self, launch: Launch) -> io::Result<Child> {
        let (reply, child) = oneshot::channel();
        let request = Request { command: command(launch), reply };
        if self.requests.send(request).is_err() {
            return Err(io::Error::other("the thread that starts processes has ended"));
        }
        child.await.map_err(|_| io::Error::other("the thread that starts processes has ended"))?
    }
}

fn command(launch: Launch) -> Command {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may start a process")]
    let mut command = Command::new(&launch.program);
    command
        .args(&launch.arguments)
        .current_dir(&launch.directory)
        .env_clear()
        .envs(&launch.environment)
        .stdin(launch.stdin)
        .stdout(launch.stdout)
        .stderr(launch.stderr)
        .kill_on_drop(true);
    #[cfg(windows)]
    for name in ["SystemRoot", "SystemDrive", "PATHEXT", "ComSpec"] {
        // Windows programs do not start without these.
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    #[cfg(unix)]
    unix::prepare(&mut command);
    command
}

#[cfg(unix)]
mod unix {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    use std::io;
    use tokio::process::Command;

    /// Lambda's limit of open files.
    const OPEN_FILES: u64 = 1024;

    pub(super) fn prepare(command: &mut Command) {
        command.process_group(0);
        #[cfg(target_os = "linux")]
        let parent = nix::unistd::getpid();
        let between_fork_and_exec = move || -> io::Result<()> {
            #[cfg(target_os = "linux")]
            {
                nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)?;
                // The parent may have died before the line above.
                if nix::unistd::getppid() != parent {
                    return Err(io::Error::other("hearth has ended"));
                }
            }
            let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
            // The hard limit too, as on Lambda: Node raises its own up to that.
            setrlimit(Resource::RLIMIT_NOFILE, OPEN_FILES.min(hard), OPEN_FILES.min(hard))?;
            let (_, hard) = getrlimit(Resource::RLIMIT_CORE)?;
            setrlimit(Resource::RLIMIT_CORE, 0, hard)?;
            Ok(())
        };
        #[expect(unsafe_code, reason = "only async-signal-safe system calls run between fork and exec")]
        // SAFETY: prctl, getppid, getrlimit and setrlimit are plain system calls; the error of the rare path
        // allocates only when the parent is already gone.
        unsafe {
            command.pre_exec(between_fork_and_exec);
        }
    }
}
