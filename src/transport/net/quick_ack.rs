//! A TCP connection that acknowledges at once what it receives.
//!
//! A server that writes in small pieces waits for the acknowledgement of the first before it sends the next (Nagle, RFC
//! 1122, 4.2.3.4), and the system holds acknowledgements back for 40 ms in the hope of sending data along. Whoever asks one
//! question at a time waits for both. Under load it would be an expense for nothing.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The connection. Elsewhere than on Linux it is a plain one.
#[derive(Debug)]
pub struct QuickAck(TcpStream);

impl QuickAck {
    /// Over `stream`.
    pub const fn new(stream: TcpStream) -> Self {
        Self(stream)
    }

    /// The system forgets it with every acknowledgement.
    fn hurry(&self) {
        #[cfg(target_os = "linux")]
        {
            use std::os::fd::AsFd;
            use std::os::linux::net::TcpStreamExt;
            // A copy of the handle: the option is that of the connection. Without it the connection is only slower.
            if let Ok(handle) = self.0.as_fd().try_clone_to_owned() {
                let _ = std::net::TcpStream::from(handle).set_quickack(true);
            }
        }
    }
}

impl AsyncRead for QuickAck {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.0).poll_read(cx, buf);
        self.hurry();
        poll
    }
}

impl AsyncWrite for QuickAck {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
