//! The libp2p behaviour that opens and takes streams of `/boucle/1`, and tells on which connection.
//!
//! `libp2p-stream` does the same for any protocol, but picks a connection at random, drops inbound streams when two
//! arrive at once, and (0.5.0-alpha) keeps a sender for each connection ever made.
//!
//! All queues are short: a handler hands over what it holds before it is polled for more, and the swarm drains a
//! behaviour before it takes the next event of a connection.

use std::{
    collections::VecDeque,
    convert::Infallible,
    task::{Context, Poll},
    time::Duration,
};

use libp2p::{
    Multiaddr, PeerId, Stream, StreamProtocol,
    core::{Endpoint, transport::PortUse, upgrade::ReadyUpgrade},
    swarm::{
        ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm, NetworkBehaviour,
        NotifyHandler, StreamUpgradeError, SubstreamProtocol, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
        handler::{ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound},
    },
};

const PROTOCOL: StreamProtocol = StreamProtocol::new("/boucle/1");

/// Names one request for a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Ticket(pub(crate) u64);

/// Why a stream could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OpenFault {
    Silent,
    Incompatible,
    Broken,
}

/// What happened on a connection.
#[derive(Debug)]
pub(crate) enum Event {
    /// The peer opened a stream.
    Inbound { peer: PeerId, connection: ConnectionId, stream: Stream },
    /// A stream asked for is open, or will not be.
    Outbound { ticket: Ticket, outcome: Result<Stream, OpenFault> },
}

/// Opens streams on request and reports those the peers open.
pub(crate) struct Behaviour {
    open_timeout: Duration,
    queue: VecDeque<ToSwarm<Event, Ticket>>,
}

impl Behaviour {
    /// `open_timeout`: how long the peer may take to agree on the protocol of a stream.
    pub(crate) fn new(open_timeout: Duration) -> Self {
        Self { open_timeout, queue: VecDeque::new() }
    }

    /// Asks for a stream. An [`Event::Outbound`] answers, unless the connection closes first.
    pub(crate) fn open(&mut self, peer: PeerId, connection: ConnectionId, ticket: Ticket) {
        self.queue.push_back(ToSwarm::NotifyHandler {
            peer_id: peer,
            handler: NotifyHandler::One(connection),
            event: ticket,
        });
    }

    fn handler(&self) -> Handler {
        Handler { open_timeout: self.open_timeout, wanted: VecDeque::new(), happened: VecDeque::new() }
    }
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = Handler;
    type ToSwarm = Event;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler())
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(&mut self, peer: PeerId, connection: ConnectionId, event: THandlerOutEvent<Self>) {
        let event = match event {
            Happened::Inbound(stream) => Event::Inbound { peer, connection, stream },
            Happened::Outbound(ticket, outcome) => Event::Outbound { ticket, outcome },
        };
        self.queue.push_back(ToSwarm::GenerateEvent(event));
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        // Nothing can enter the queue but through calls of the swarm's owner, which polls again after each.
        self.queue.pop_front().map_or(Poll::Pending, Poll::Ready)
    }
}

/// What one connection tells the behaviour.
#[derive(Debug)]
pub(crate) enum Happened {
    Inbound(Stream),
    Outbound(Ticket, Result<Stream, OpenFault>),
}

/// The part that lives with one connection. Streams keep the connection alive; without any it is idle.
pub(crate) struct Handler {
    open_timeout: Duration,
    wanted: VecDeque<Ticket>,
    happened: VecDeque<Happened>,
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Ticket;
    type ToBehaviour = Happened;
    type InboundProtocol = ReadyUpgrade<StreamProtocol>;
    type OutboundProtocol = ReadyUpgrade<StreamProtocol>;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = Ticket;

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol> {
        SubstreamProtocol::new(ReadyUpgrade::new(PROTOCOL), ()).with_timeout(self.open_timeout)
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ConnectionHandlerEvent<Self::OutboundProtocol, Ticket, Happened>> {
        if let Some(happened) = self.happened.pop_front() {
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(happened));
        }
        if let Some(ticket) = self.wanted.pop_front() {
            let protocol = SubstreamProtocol::new(ReadyUpgrade::new(PROTOCOL), ticket).with_timeout(self.open_timeout);
            return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
        }
        Poll::Pending
    }

    fn on_behaviour_event(&mut self, ticket: Ticket) {
        self.wanted.push_back(ticket);
    }

    fn on_connection_event(
        &mut self,
        event: ConnectionEvent<'_, Self::InboundProtocol, Self::OutboundProtocol, (), Ticket>,
    ) {
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol: stream, .. }) => {
                self.happened.push_back(Happened::Inbound(stream));
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol: stream, info: ticket }) => {
                self.happened.push_back(Happened::Outbound(ticket, Ok(stream)));
            }
            ConnectionEvent::DialUpgradeError(DialUpgradeError { info: ticket, error }) => {
                self.happened.push_back(Happened::Outbound(ticket, Err(fault(&error))));
            }
            _ => {}
        }
    }
}

fn fault(error: &StreamUpgradeError<Infallible>) -> OpenFault {
    match error {
        StreamUpgradeError::Timeout => OpenFault::Silent,
        StreamUpgradeError::NegotiationFailed => OpenFault::Incompatible,
        StreamUpgradeError::Io(_) => OpenFault::Broken,
        StreamUpgradeError::Apply(never) => match *never {},
    }
}
