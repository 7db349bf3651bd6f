//! What the real transport and its twin in memory have in common, for code that is to run over both.

use crate::{Channel, Error, Peer, Transport, memory::MemoryTransport};

/// Something that opens and takes channels. The methods are those of [`Transport`], which documents them.
pub trait Endpoint: Send + Sync + 'static {
    /// See [`Transport::local_peer`].
    fn local_peer(&self) -> Peer;

    /// See [`Transport::listening`].
    fn listening(&self) -> Vec<String>;

    /// See [`Transport::dial`].
    fn dial(&self, addr: &str) -> impl Future<Output = Result<Channel, Error>> + Send;

    /// See [`Transport::accept`].
    fn accept(&self) -> impl Future<Output = Option<Channel>> + Send;

    /// See [`Transport::stop`].
    fn stop(&self) -> impl Future<Output = ()> + Send;
}

macro_rules! endpoint {
    ($name:ident) => {
        impl Endpoint for $name {
            fn local_peer(&self) -> Peer {
                Self::local_peer(self)
            }

            fn listening(&self) -> Vec<String> {
                Self::listening(self)
            }

            async fn dial(&self, addr: &str) -> Result<Channel, Error> {
                Self::dial(self, addr).await
            }

            async fn accept(&self) -> Option<Channel> {
                Self::accept(self).await
            }

            async fn stop(&self) {
                Self::stop(self).await;
            }
        }
    };
}

endpoint!(Transport);
endpoint!(MemoryTransport);
