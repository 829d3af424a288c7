//! Where the owner's socket is: a Unix socket in the data folder, or, where that cannot be, a loopback port whose
//! number and token are in a private file. Must not know HTTP.

use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};

/// The Unix socket's name.
pub(super) const SOCKET: &str = "owner.sock";
/// The file that names the loopback port.
const PORT_FILE: &str = "owner.port";
/// The longest path that every Unix takes for a socket, with room for the name it is made under.
#[cfg(unix)]
const LONGEST_PATH: usize = 96;

#[derive(Serialize, Deserialize)]
struct Port {
    port: u16,
    token: String,
}

#[derive(Debug)]
pub(super) enum Listener {
    #[cfg(unix)]
    Unix(UnixListener),
    Loopback(TcpListener),
}

#[derive(Debug)]
pub(super) enum Stream {
    #[cfg(unix)]
    Unix(UnixStream),
    Loopback(TcpStream),
}

/// Listens; the token, when there is one, must come with each request.
pub(super) async fn listen(data_dir: &Path) -> io::Result<(Listener, Option<String>)> {
    remove(data_dir);
    #[cfg(unix)]
    if socket_path(data_dir).as_os_str().len() <= LONGEST_PATH {
        return Ok((Listener::Unix(bind_private(data_dir)?), None));
    }
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
    let port = Port { port: listener.local_addr()?.port(), token: crate::guard::secret() };
    write_private(data_dir, &port)?;
    Ok((Listener::Loopback(listener), Some(port.token)))
}

/// Made under another name and renamed, so that nobody finds it before its mode is 0600.
#[cfg(unix)]
fn bind_private(data_dir: &Path) -> io::Result<UnixListener> {
    use std::os::unix::fs::PermissionsExt as _;
    let making = data_dir.join("owner.new");
    std::fs::remove_file(&making).ok();
    let listener = UnixListener::bind(&making)?;
    std::fs::set_permissions(&making, std::fs::Permissions::from_mode(0o600))?;
    std::fs::rename(&making, socket_path(data_dir))?;
    Ok(listener)
}

fn write_private(data_dir: &Path, port: &Port) -> io::Result<()> {
    // A NamedTempFile has mode 0600 from its birth.
    let file = tempfile::NamedTempFile::new_in(data_dir)?;
    serde_json::to_writer(&file, port)?;
    file.persist(data_dir.join(PORT_FILE)).map_err(|error| error.error)?;
    Ok(())
}

/// Connects to whoever listens there, with the token that its requests need.
pub(super) async fn connect(data_dir: &Path) -> io::Result<(Stream, Option<String>)> {
    #[cfg(unix)]
    if socket_path(data_dir).as_os_str().len() <= LONGEST_PATH {
        return Ok((Stream::Unix(UnixStream::connect(socket_path(data_dir)).await?), None));
    }
    let port: Port = serde_json::from_slice(&tokio::fs::read(data_dir.join(PORT_FILE)).await?)?;
    let stream = TcpStream::connect((std::net::Ipv4Addr::LOCALHOST, port.port)).await?;
    stream.set_nodelay(true)?;
    Ok((Stream::Loopback(stream), Some(port.token)))
}

/// Takes away what an owner left there, this one or one that was killed.
pub(super) fn remove(data_dir: &Path) {
    for path in [socket_path(data_dir), data_dir.join(PORT_FILE)] {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, path = %path.display(), "an old owner's socket stays");
            }
            Ok(()) | Err(_) => {}
        }
    }
}

fn socket_path(data_dir: &Path) -> PathBuf {
    data_dir.join(SOCKET)
}

impl Listener {
    pub(super) async fn accept(&self) -> io::Result<Stream> {
        match self {
            #[cfg(unix)]
            Self::Unix(listener) => listener.accept().await.map(|(stream, _)| Stream::Unix(stream)),
            Self::Loopback(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Stream::Loopback(stream))
            }
        }
    }
}

/// Calls the same method on whichever stream it is.
macro_rules! delegate {
    ($self:expr, $stream:ident => $call:expr) => {
        match $self.get_mut() {
            #[cfg(unix)]
            Stream::Unix(inner) => {
                let $stream = Pin::new(inner);
                $call
            }
            Stream::Loopback(inner) => {
                let $stream = Pin::new(inner);
                $call
            }
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        delegate!(self, stream => stream.poll_read(context, buffer))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        delegate!(self, stream => stream.poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        delegate!(self, stream => stream.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        delegate!(self, stream => stream.poll_shutdown(context))
    }
}
