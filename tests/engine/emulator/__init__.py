"""One provider plugin that stands in for those of AWS, Google and Azure in tests with the real engine.

    world      what exists in every account, who may act as whom, and what shall go wrong: a folder that tests look into
    kinds      what the clouds do with each type: ids, outputs that only they know, what can never change
    inputs     what the clouds' own SDKs say a type takes: nothing else is let in
    clusters   real API servers behind the clusters, and who may do what in them
    stores     the secrets of the clouds' stores, and whom they let read which
    identity   which account a provider's settings lead to, or why they lead nowhere
    provider   the engine's protocol over all of it
    commands   the programs that hand out a cluster's tokens: aws, gke-gcloud-auth-plugin, kubelogin

What it cannot show: that a cloud accepts these values, how long it takes, and what it costs.
"""
