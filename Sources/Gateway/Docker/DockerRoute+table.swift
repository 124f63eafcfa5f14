internal import Directory
internal import PolicyModel

extension DockerRoute {
    /// The Engine API, 1.41 and later; the first row that fits holds, so whole paths stand before names.
    ///
    /// `docs.docker.com/reference/api/engine`. What is missing is denied.
    static let table: [DockerRoute] = system + containers + images + networks + volumes + swarm + plugins

    private static let system: [DockerRoute] = [
        DockerRoute("GET", "info", .systemInfo, .daemon),
        DockerRoute("GET", "version", .systemVersion, .daemon),
        DockerRoute("GET", "events", .systemEvents, .daemon),
        DockerRoute("GET", "system/df", .systemDiskUsage, .daemon),
        // The engine withholds this body: it has a password.
        DockerRoute("POST", "auth", .systemAuth, .daemon),
        DockerRoute("POST", "session", .buildSession, .daemon),
        DockerRoute("POST", "grpc", .buildGRPC, .daemon),
    ]

    private static let containers: [DockerRoute] = [
        DockerRoute("GET", "containers/json", .containerList, .container),
        DockerRoute("POST", "containers/create", .containerCreate, .container, .object),
        DockerRoute("POST", "containers/prune", .containerPrune, .container),
        DockerRoute("GET", "containers/{}/json", .containerInspect, .container),
        DockerRoute("GET", "containers/{}/top", .containerTop, .container),
        DockerRoute("GET", "containers/{}/logs", .containerLogs, .container),
        DockerRoute("GET", "containers/{}/changes", .containerChanges, .container),
        DockerRoute("GET", "containers/{}/export", .containerExport, .container),
        DockerRoute("GET", "containers/{}/stats", .containerStats, .container),
        DockerRoute("GET", "containers/{}/attach/ws", .containerAttach, .container),
        DockerRoute("POST", "containers/{}/attach", .containerAttach, .container),
        DockerRoute("POST", "containers/{}/resize", .containerResize, .container),
        DockerRoute("POST", "containers/{}/start", .containerStart, .container),
        DockerRoute("POST", "containers/{}/stop", .containerStop, .container),
        DockerRoute("POST", "containers/{}/restart", .containerRestart, .container),
        DockerRoute("POST", "containers/{}/kill", .containerKill, .container),
        DockerRoute("POST", "containers/{}/update", .containerUpdate, .container, .object),
        DockerRoute("POST", "containers/{}/rename", .containerRename, .container, .parameters),
        DockerRoute("POST", "containers/{}/pause", .containerPause, .container),
        DockerRoute("POST", "containers/{}/unpause", .containerUnpause, .container),
        DockerRoute("POST", "containers/{}/wait", .containerWait, .container),
        DockerRoute("DELETE", "containers/{}", .containerDelete, .container),
        DockerRoute("HEAD", "containers/{}/archive", .containerArchiveInfo, .container),
        DockerRoute("GET", "containers/{}/archive", .containerArchiveGet, .container),
        DockerRoute("PUT", "containers/{}/archive", .containerArchivePut, .container),
        DockerRoute("POST", "containers/{}/exec", .execCreate, .container, .object),
        DockerRoute("GET", "exec/{}/json", .execInspect, .exec),
        DockerRoute("POST", "exec/{}/start", .execStart, .exec),
        DockerRoute("POST", "exec/{}/resize", .execResize, .exec),
        DockerRoute("GET", "containers/{}/checkpoints", .checkpointList, .container),
        DockerRoute("POST", "containers/{}/checkpoints", .checkpointCreate, .container, .object),
        DockerRoute("DELETE", "containers/{}/checkpoints/{}", .checkpointDelete, .container),
    ]

    private static let images: [DockerRoute] = [
        DockerRoute("GET", "images/json", .imageList, .image),
        DockerRoute("GET", "images/search", .imageSearch, .image),
        DockerRoute("GET", "images/get", .imageExport, .image),
        // What comes as a stream is judged whole: a form in its place could say anything (see `DockerCall`).
        DockerRoute("POST", "build", .imageBuild, .image),
        DockerRoute("POST", "build/prune", .buildPrune, .daemon),
        DockerRoute("POST", "build/cancel", .buildCancel, .daemon),
        DockerRoute("POST", "images/load", .imageLoad, .image),
        DockerRoute("POST", "images/prune", .imagePrune, .image),
        // A pull, unless it has a source; then it is an import.
        DockerRoute("POST", "images/create", .imagePull, .image, .parameters),
        DockerRoute("POST", "commit", .imageCommit, .container, .parameters),
        DockerRoute("GET", "images/{…}/json", .imageInspect, .image),
        DockerRoute("GET", "images/{…}/history", .imageHistory, .image),
        DockerRoute("GET", "images/{…}/get", .imageExport, .image),
        DockerRoute("POST", "images/{…}/push", .imagePush, .image, .parameters),
        DockerRoute("POST", "images/{…}/tag", .imageTag, .image, .parameters),
        DockerRoute("DELETE", "images/{…}", .imageDelete, .image),
        DockerRoute("GET", "distribution/{…}/json", .distributionInspect, .image),
    ]

    private static let networks: [DockerRoute] = [
        DockerRoute("GET", "networks", .networkList, .network),
        DockerRoute("POST", "networks/create", .networkCreate, .network, .object),
        DockerRoute("POST", "networks/prune", .networkPrune, .network),
        DockerRoute("GET", "networks/{}", .networkInspect, .network),
        DockerRoute("DELETE", "networks/{}", .networkDelete, .network),
        DockerRoute("POST", "networks/{}/connect", .networkConnect, .network, .object),
        DockerRoute("POST", "networks/{}/disconnect", .networkDisconnect, .network, .object),
    ]

    private static let volumes: [DockerRoute] = [
        DockerRoute("GET", "volumes", .volumeList, .volume),
        DockerRoute("POST", "volumes/create", .volumeCreate, .volume, .object),
        DockerRoute("POST", "volumes/prune", .volumePrune, .volume),
        DockerRoute("GET", "volumes/{}", .volumeInspect, .volume),
        DockerRoute("PUT", "volumes/{}", .volumeUpdate, .volume, .object),
        DockerRoute("DELETE", "volumes/{}", .volumeDelete, .volume),
    ]

    private static let swarm: [DockerRoute] = [
        DockerRoute("GET", "swarm", .swarmInspect, .daemon),
        DockerRoute("POST", "swarm/init", .swarmInit, .daemon, .object),
        DockerRoute("POST", "swarm/join", .swarmJoin, .daemon, .object),
        DockerRoute("POST", "swarm/leave", .swarmLeave, .daemon),
        DockerRoute("POST", "swarm/update", .swarmUpdate, .daemon, .object),
        DockerRoute("GET", "swarm/unlockkey", .swarmUnlockKey, .daemon),
        DockerRoute("POST", "swarm/unlock", .swarmUnlock, .daemon),
        DockerRoute("GET", "nodes", .nodeList, .node),
        DockerRoute("GET", "nodes/{}", .nodeInspect, .node),
        DockerRoute("DELETE", "nodes/{}", .nodeDelete, .node),
        DockerRoute("POST", "nodes/{}/update", .nodeUpdate, .node, .object),
        DockerRoute("GET", "tasks", .taskList, .task),
        DockerRoute("GET", "tasks/{}", .taskInspect, .task),
        DockerRoute("GET", "tasks/{}/logs", .taskLogs, .task),
        DockerRoute("GET", "services", .serviceList, .service),
        DockerRoute("POST", "services/create", .serviceCreate, .service, .object),
        DockerRoute("GET", "services/{}", .serviceInspect, .service),
        DockerRoute("DELETE", "services/{}", .serviceDelete, .service),
        DockerRoute("POST", "services/{}/update", .serviceUpdate, .service, .object),
        DockerRoute("GET", "services/{}/logs", .serviceLogs, .service),
        DockerRoute("GET", "secrets", .secretList, .secret),
        DockerRoute("POST", "secrets/create", .secretCreate, .secret, .object),
        DockerRoute("GET", "secrets/{}", .secretInspect, .secret),
        DockerRoute("DELETE", "secrets/{}", .secretDelete, .secret),
        DockerRoute("POST", "secrets/{}/update", .secretUpdate, .secret, .object),
        DockerRoute("GET", "configs", .configList, .config),
        DockerRoute("POST", "configs/create", .configCreate, .config, .object),
        DockerRoute("GET", "configs/{}", .configInspect, .config),
        DockerRoute("DELETE", "configs/{}", .configDelete, .config),
        DockerRoute("POST", "configs/{}/update", .configUpdate, .config, .object),
    ]

    private static let plugins: [DockerRoute] = [
        DockerRoute("GET", "plugins", .pluginList, .plugin),
        DockerRoute("GET", "plugins/privileges", .pluginPrivileges, .plugin),
        DockerRoute("POST", "plugins/pull", .pluginPull, .plugin, .json),
        // The configuration and the file system come as an archive.
        DockerRoute("POST", "plugins/create", .pluginCreate, .plugin),
        DockerRoute("GET", "plugins/{…}/json", .pluginInspect, .plugin),
        DockerRoute("DELETE", "plugins/{…}", .pluginDelete, .plugin),
        DockerRoute("POST", "plugins/{…}/enable", .pluginEnable, .plugin),
        DockerRoute("POST", "plugins/{…}/disable", .pluginDisable, .plugin),
        DockerRoute("POST", "plugins/{…}/push", .pluginPush, .plugin),
        DockerRoute("POST", "plugins/{…}/set", .pluginSet, .plugin, .json),
        DockerRoute("POST", "plugins/{…}/upgrade", .pluginUpgrade, .plugin, .json),
    ]
}
