# docker build -t joblineage .
# docker run -p 8080:8080 -v joblineage:/data -e JobLineage__Access__Password=… joblineage
#
# The image listens on all addresses. Job Lineage refuses a listening address other than loopback without a password, so
# JobLineage__Access__Password has to be set. Without ConnectionStrings__Store the store is an embedded Postgres in /data.

FROM ubuntu:26.04 AS build
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates dotnet-sdk-10.0
WORKDIR /src
COPY Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY build/ build/
COPY JobLineage.Core/JobLineage.Core.csproj JobLineage.Core/
COPY JobLineage.Dashboard/JobLineage.Dashboard.csproj JobLineage.Dashboard/
RUN dotnet restore JobLineage.Dashboard
COPY . .
RUN dotnet publish JobLineage.Dashboard -c Release -o /app --no-restore

FROM ubuntu:26.04
# The server's programs for the embedded store; the cluster that the package would make is not wanted.
RUN mkdir -p /etc/postgresql-common/createcluster.d \
    && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/joblineage.conf \
    && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends aspnetcore-runtime-10.0 postgresql \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 1654 --no-create-home joblineage \
    && install -d -o joblineage -g joblineage -m 700 /data
COPY --from=build /app /app
ENV JobLineage__DataDirectory=/data
USER joblineage
WORKDIR /app
VOLUME /data
EXPOSE 8080
# The image has no curl: bash speaks enough HTTP. The first start makes the cluster.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /healthz/live HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [[ $status == 200 ]]"]
ENTRYPOINT ["/app/joblineage"]
CMD ["serve", "--urls", "http://0.0.0.0:8080"]
