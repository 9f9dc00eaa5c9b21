//! Manifests on a cluster, by the real `kubectl`. Each flow runs twice: against what a real API server once said, always;
//! and against a real API server, where `KUBEBUILDER_ASSETS` names one:
//!
//! ```text
//! KUBEBUILDER_ASSETS=... cargo test --test it kubernetes::real -- --ignored
//! ```
//!
//! With `PAVIOR_BLESS=1` besides, what it says is kept in `recorded/`.

#![allow(clippy::unwrap_used, reason = "what is set up for a test is there, or the test fails")]

mod apply;
mod asleep;
mod cut;
mod health;
mod kubectl;
mod ownership;
mod previews;
mod probes;
mod prune;
mod rollback;
mod scene;
mod server;

use scene::Scene;

macro_rules! flows {
    ($($module:ident::$flow:ident,)*) => {
        mod recorded {
            $(#[test] fn $flow() { super::$module::$flow(&super::Scene::recorded(stringify!($flow))); })*
        }
        mod real {
            $(
                #[test]
                #[ignore = "KUBEBUILDER_ASSETS has to name a folder with etcd and kube-apiserver"]
                fn $flow() {
                    let scene = super::Scene::real(stringify!($flow));
                    super::$module::$flow(&scene);
                    scene.ended();
                }
            )*

            #[test]
            #[ignore = "KUBEBUILDER_ASSETS has to name a folder with etcd and kube-apiserver"]
            fn a70_wherever_the_network_is_cut_a_rerun_converges_and_nothing_was_pruned() {
                super::cut::wherever_the_network_is_cut();
            }

            #[test]
            #[ignore = "KUBEBUILDER_ASSETS has to name a folder with etcd and kube-apiserver"]
            fn an_image_that_never_becomes_ready_is_taken_back() {
                super::rollback::an_image_that_never_becomes_ready_is_taken_back();
            }

            #[test]
            #[ignore = "KUBEBUILDER_ASSETS has to name a folder with etcd and kube-apiserver"]
            fn a77_a_preview_comes_is_pushed_to_sleeps_wakes_and_goes_with_all_that_it_holds() {
                super::previews::a77_a_preview_comes_is_pushed_to_sleeps_wakes_and_goes_with_all_that_it_holds();
            }

            #[test]
            #[ignore = "KUBEBUILDER_ASSETS has to name a folder with etcd and kube-apiserver"]
            fn a77_a_preview_that_was_killed_anywhere_is_finished_by_the_next() {
                super::previews::a77_a_preview_that_was_killed_anywhere_is_finished_by_the_next();
            }

            #[test]
            #[ignore = "KUBEBUILDER_ASSETS has to name a folder with etcd and kube-apiserver"]
            fn a77_a_push_that_races_the_teardown_waits_and_comes_after_it() {
                super::previews::a77_a_push_that_races_the_teardown_waits_and_comes_after_it();
            }

            #[test]
            #[ignore = "KUBEBUILDER_ASSETS has to name a folder with etcd and kube-apiserver"]
            fn a77_the_sweep_takes_orphans_and_leaves_what_is_kept_and_what_is_not_ours() {
                super::previews::a77_the_sweep_takes_orphans_and_leaves_what_is_kept_and_what_is_not_ours();
            }

            #[test]
            #[ignore = "KUBEBUILDER_ASSETS has to name a folder with etcd and kube-apiserver"]
            fn a78_who_finds_no_place_waits_for_one_and_nobody_else_is_held_up() {
                super::previews::a78_who_finds_no_place_waits_for_one_and_nobody_else_is_held_up();
            }

            #[test]
            #[ignore = "KUBEBUILDER_ASSETS has to name a folder with etcd and kube-apiserver"]
            fn what_is_not_well_stays_to_be_looked_at_and_is_told() {
                super::previews::what_is_not_well_stays_to_be_looked_at_and_is_told();
            }
        }
    };
}

flows! {
    apply::a_unit_of_the_catalog_is_applied_changed_and_taken_away,
    apply::jobs_are_waited_for_before_what_needs_them,
    apply::a_unit_that_brings_its_namespace_along_is_remembered_in_another,
    apply::a_kind_that_nobody_installed_is_told_before_anything_is_written,
    apply::drift_is_told_by_its_fields_and_changes_nothing,
    ownership::a71_a_conflict_is_told_with_manager_and_field_and_nothing_is_forced,
    ownership::a73_what_is_there_and_not_ours_is_not_taken_over,
    ownership::an_autoscaler_takes_over_from_a_declared_number_without_losing_pods,
    ownership::an_older_lease_writes_nothing,
    ownership::a_newer_lease_stops_an_apply_between_two_waves,
    asleep::a77_what_sleeps_wakes_with_its_number_which_the_next_commit_may_change,
    asleep::a77_a_namespace_that_is_no_previews_is_not_taken_down,
    prune::a72_only_what_git_deleted_goes_and_data_only_when_confirmed,
    prune::a72_more_than_half_of_a_unit_needs_a_confirmation,
    cut::a70_a_network_cut_in_the_middle_is_finished_by_a_rerun,
    health::a74_a_rollout_that_is_never_ready_is_sick_at_the_deadline,
    health::a74_pods_that_are_ready_and_crash_in_the_soak_window_are_sick,
}
