//! All services of this program as routes.

use thidua_chassis::serve::MOST_BYTES;
use thidua_proto::statistics as proto;
use tonic::codec::CompressionEncoding;
use tonic::service::RoutesBuilder;

use crate::rpc::service::Statistics;

/// The full names of the services that this crate answers.
pub const NAMES: [&str; 7] = [
    "thidua.statistics.v1.DirectoryService",
    "thidua.statistics.v1.InspectionService",
    "thidua.statistics.v1.ReceptionService",
    "thidua.statistics.v1.PetitionService",
    "thidua.statistics.v1.FigureService",
    "thidua.statistics.v1.ReturnService",
    "thidua.statistics.v1.TransferService",
];

/// Adds the services to a program's routes.
pub fn routes(routes: &mut RoutesBuilder, statistics: &Statistics) {
    /// One service with the size that messages may have.
    macro_rules! server {
        ($module:ident :: $server:ident) => {
            proto::$module::$server::new(statistics.clone())
                .accept_compressed(CompressionEncoding::Gzip)
                .max_decoding_message_size(MOST_BYTES)
                .max_encoding_message_size(MOST_BYTES)
        };
    }
    routes
        .add_service(server!(directory_service_server::DirectoryServiceServer))
        .add_service(server!(inspection_service_server::InspectionServiceServer))
        .add_service(server!(reception_service_server::ReceptionServiceServer))
        .add_service(server!(petition_service_server::PetitionServiceServer))
        .add_service(server!(figure_service_server::FigureServiceServer))
        .add_service(server!(return_service_server::ReturnServiceServer))
        .add_service(server!(transfer_service_server::TransferServiceServer));
}
