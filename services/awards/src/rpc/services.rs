//! All services of this program as routes.

use thidua_chassis::serve::MOST_BYTES;
use thidua_proto::awards as proto;
use tonic::codec::CompressionEncoding;
use tonic::service::RoutesBuilder;

use super::service::Awards;

/// The full names of the services that this crate answers.
pub const NAMES: [&str; 5] = [
    "thidua.awards.v1.BlocService",
    "thidua.awards.v1.RuleService",
    "thidua.awards.v1.NominationService",
    "thidua.awards.v1.BallotService",
    "thidua.awards.v1.AwardService",
];

/// Adds the services to a program's routes.
pub fn routes(routes: &mut RoutesBuilder, awards: &Awards) {
    /// One service with the size that messages may have.
    macro_rules! server {
        ($module:ident :: $server:ident) => {
            proto::$module::$server::new(awards.clone())
                .accept_compressed(CompressionEncoding::Gzip)
                .max_decoding_message_size(MOST_BYTES)
                .max_encoding_message_size(MOST_BYTES)
        };
    }
    routes
        .add_service(server!(bloc_service_server::BlocServiceServer))
        .add_service(server!(rule_service_server::RuleServiceServer))
        .add_service(server!(nomination_service_server::NominationServiceServer))
        .add_service(server!(ballot_service_server::BallotServiceServer))
        .add_service(server!(award_service_server::AwardServiceServer));
}
