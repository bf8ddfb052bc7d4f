//! Creation of a deployment.
