//! `PetitionService`: the trait; petitions and matters each stand in a module of their own.

use thidua_proto::Empty;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::petition_service_server::PetitionService;
use tonic::{Request, Response, Status};

use super::{list as lists, matter, petition, write};
use crate::rpc::service::Statistics;

#[tonic::async_trait]
impl PetitionService for Statistics {
    async fn get_petition(
        &self,
        request: Request<proto::GetPetitionRequest>,
    ) -> Result<Response<proto::Petition>, Status> {
        lists::get(self, &request.get_ref().name).await
    }

    async fn list_petitions(
        &self,
        request: Request<proto::ListPetitionsRequest>,
    ) -> Result<Response<proto::ListPetitionsResponse>, Status> {
        petition::list_petitions(self, request.into_inner()).await
    }

    async fn create_petition(
        &self,
        request: Request<proto::CreatePetitionRequest>,
    ) -> Result<Response<proto::Petition>, Status> {
        write::create(self, request).await
    }

    async fn update_petition(
        &self,
        request: Request<proto::UpdatePetitionRequest>,
    ) -> Result<Response<proto::Petition>, Status> {
        write::update(self, request).await
    }

    async fn delete_petition(
        &self,
        request: Request<proto::DeletePetitionRequest>,
    ) -> Result<Response<Empty>, Status> {
        write::delete(self, request).await
    }

    async fn get_matter(
        &self,
        request: Request<proto::GetMatterRequest>,
    ) -> Result<Response<proto::Matter>, Status> {
        lists::get(self, &request.get_ref().name).await
    }

    async fn list_matters(
        &self,
        request: Request<proto::ListMattersRequest>,
    ) -> Result<Response<proto::ListMattersResponse>, Status> {
        matter::list_matters(self, request.into_inner()).await
    }

    async fn create_matter(
        &self,
        request: Request<proto::CreateMatterRequest>,
    ) -> Result<Response<proto::Matter>, Status> {
        write::create(self, request).await
    }

    async fn update_matter(
        &self,
        request: Request<proto::UpdateMatterRequest>,
    ) -> Result<Response<proto::Matter>, Status> {
        write::update(self, request).await
    }

    async fn delete_matter(
        &self,
        request: Request<proto::DeleteMatterRequest>,
    ) -> Result<Response<Empty>, Status> {
        write::delete(self, request).await
    }
}
