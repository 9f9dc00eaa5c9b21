//! Where a service's workload comes from: its own `containers`, or a Score file.

use super::super::explain;
use super::super::inspection::Inspection;
use crate::model::kinds::Service;
use crate::read::score::IMAGE_FROM_OUTSIDE;

/// A service has containers, or names a Score file, whose mistakes have been told.
pub fn is_there(inspection: &mut Inspection, service: &Service) {
    if service.containers.is_empty() && !has_workload(inspection) {
        inspection.report(explain::no_containers(inspection));
    }
}

/// Whether a service has containers or names a Score file. Without, there is nothing that others could rely on.
pub fn has_workload(inspection: &Inspection) -> bool {
    let has_containers = inspection.root().child("spec").is_some_and(|spec| spec.child("containers").is_some());
    has_containers || inspection.document().workload.is_some()
}

/// Whether an image is one that a Score file leaves open; `link` knows where it is given.
pub fn image_from_outside(inspection: &Inspection, image: &str) -> bool {
    image == IMAGE_FROM_OUTSIDE && inspection.document().workload.is_some()
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::only;

    #[test]
    fn a_service_without_a_workload_is_told_so() {
        let text = "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {name: a}\nspec: {tier: critical}\n";
        let (rule, message, at) = only(text);
        assert_eq!((rule.as_str(), at.as_str()), ("schema/missing-field", "spec"));
        assert_eq!(message, "`spec` has no `containers`");
    }

    #[test]
    fn only_a_score_file_leaves_its_image_open() {
        let text =
            "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {name: a}\nspec: {containers: {a: {image: .}}}\n";
        assert_eq!(only(text).0, "schema/image");
    }
}
