//! The layers under a connection: TCP, the network secret (pnet), Noise, Yamux. Says at which layer a dial failed.

use std::{fmt, io};

use libp2p::{
    PeerId, Transport as _,
    core::{
        muxing::StreamMuxerBox,
        transport::{Boxed, TransportError, timeout::TransportTimeoutError},
        upgrade::Version,
    },
    identity::Keypair,
    noise,
    pnet::{PnetConfig, PreSharedKey},
    tcp, yamux,
};

use crate::{config::Psk, limits::Limits};

/// The layer at which a connection failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CarrierFault {
    /// No TCP connection, or no listener; what the system said.
    Tcp(io::ErrorKind),
    /// TCP connected, but the other side hung up or spoke gibberish: most often another network secret.
    Handshake,
    /// Not done in time.
    Silent,
}

impl fmt::Display for CarrierFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(kind) => write!(f, "TCP: {kind}"),
            Self::Handshake => f.write_str("the handshake failed"),
            Self::Silent => f.write_str("the handshake took too long"),
        }
    }
}

impl std::error::Error for CarrierFault {}

impl CarrierFault {
    /// Finds the fault in what libp2p reports for one address.
    pub(crate) fn of(error: &TransportError<io::Error>) -> Self {
        match error {
            TransportError::MultiaddrNotSupported(_) => Self::Tcp(io::ErrorKind::Unsupported),
            TransportError::Other(error) => {
                error.get_ref().and_then(|inner| inner.downcast_ref()).copied().unwrap_or(Self::Handshake)
            }
        }
    }
}

/// Builds the layers. Each upgrade is bounded in time in both directions.
pub(crate) fn build(
    keypair: &Keypair,
    psk: &Psk,
    limits: &Limits,
) -> Result<Boxed<(PeerId, StreamMuxerBox)>, noise::Error> {
    let pnet = PnetConfig::new(PreSharedKey::new(*psk.bytes()));
    let mut muxer = yamux::Config::default();
    // Channels are counted per peer elsewhere; Yamux ends the whole connection at its bound, so it stands further out.
    muxer.set_max_num_streams(
        usize::try_from(limits.streams_per_peer).unwrap_or(usize::MAX).saturating_mul(2).clamp(16, 512),
    );

    let guarded = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .and_then(move |socket, _| pnet.handshake(socket))
        .map_err(|error| error.left().map_or(CarrierFault::Handshake, |tcp| CarrierFault::Tcp(tcp.kind())));
    let connection = guarded
        .upgrade(Version::V1Lazy)
        .authenticate(noise::Config::new(keypair)?)
        .multiplex(muxer)
        .outbound_timeout(limits.dial_timeout())
        .inbound_timeout(limits.handshake_timeout());
    Ok(connection
        .map_err(|error| match error {
            // Noise sits on the secret and Yamux on Noise: what is neither's fault comes from below both.
            TransportTimeoutError::Other(TransportTimeoutError::Other(error)) => {
                error.left().and_then(|below_yamux| below_yamux.left()).unwrap_or(CarrierFault::Handshake)
            }
            _ => CarrierFault::Silent,
        })
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)))
        .boxed())
}
