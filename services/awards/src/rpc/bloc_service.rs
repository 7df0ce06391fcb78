//! `BlocService`: the trait; the methods stand with the resources they are about.

use thidua_proto::awards as proto;
use thidua_proto::awards::bloc_service_server::BlocService;
use thidua_proto::names::{BlocName, YearName};
use tonic::{Request, Response, Status};

use super::blocs::bloc;
use super::service::Awards;
use super::year_record;
use super::years::year;
#[tonic::async_trait]
impl BlocService for Awards {
    async fn get_bloc(
        &self,
        request: Request<proto::GetBlocRequest>,
    ) -> Result<Response<proto::Bloc>, Status> {
        Ok(self.show::<BlocName, _>(&request.get_ref().name).await?)
    }

    async fn list_blocs(
        &self,
        request: Request<proto::ListBlocsRequest>,
    ) -> Result<Response<proto::ListBlocsResponse>, Status> {
        Ok(bloc::list(self, request).await?)
    }

    async fn create_bloc(
        &self,
        request: Request<proto::CreateBlocRequest>,
    ) -> Result<Response<proto::Bloc>, Status> {
        Ok(bloc::create(self, request).await?)
    }

    async fn update_bloc(
        &self,
        request: Request<proto::UpdateBlocRequest>,
    ) -> Result<Response<proto::Bloc>, Status> {
        Ok(bloc::update(self, request).await?)
    }

    async fn start_year(
        &self,
        request: Request<proto::StartYearRequest>,
    ) -> Result<Response<proto::BlocYear>, Status> {
        Ok(year::start(self, request).await?)
    }

    async fn get_year(
        &self,
        request: Request<proto::GetYearRequest>,
    ) -> Result<Response<proto::BlocYear>, Status> {
        Ok(self.show::<YearName, _>(&request.get_ref().name).await?)
    }

    async fn list_years(
        &self,
        request: Request<proto::ListYearsRequest>,
    ) -> Result<Response<proto::ListYearsResponse>, Status> {
        Ok(year::list(self, request).await?)
    }

    async fn update_year(
        &self,
        request: Request<proto::UpdateYearRequest>,
    ) -> Result<Response<proto::BlocYear>, Status> {
        Ok(year::update(self, request).await?)
    }

    async fn agree_next_leader(
        &self,
        request: Request<proto::AgreeNextLeaderRequest>,
    ) -> Result<Response<proto::BlocYear>, Status> {
        Ok(year::agree_next_leader(self, request).await?)
    }

    async fn get_year_record(
        &self,
        request: Request<proto::GetYearRecordRequest>,
    ) -> Result<Response<proto::YearRecord>, Status> {
        Ok(year_record::get(self, request).await?)
    }
}
