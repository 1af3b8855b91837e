"""CodeBuild: builds that follow a build spec, carried out as jobs.

    StartBuild ──► document + run ──► "codebuild.fetch" ──► "codebuild.run" ──► artifacts in S3, log in CloudWatch Logs
        projects, builds   the operations            requests   what a project and a request's overrides come to (pure)
        order      what the program in the job is told (pure)   answers   a build, as AWS tells it (pure)
        fetching   sources, as archives           running   the job           delivering   what it leaves, into S3
        reporting  test results, read        reports   the operations on them
        caches     what builds keep for later ones   mirrors   git repositories kept beside
    batches    builds that belong together      listing   what is in a bucket
    sandboxes  what a build runs in, without its build spec       doors      shells in them, and in paused builds
    standing   git hosts are told how builds stand     ways   to a repository, with what lets in
    sharing    policies, kept       badges, exhibiting   what anybody may see of public projects
    fleets     how many builds run at a time      places   whose turn it is
    flow       a build's life (pure)          announcing   what EventBridge hears of it

What happens inside the job is the program's business: `images/inside/penstock_build`, which `penstock build` runs, too.
"""
