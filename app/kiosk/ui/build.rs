//! Compiles the screens.

use slint_build::{CompilerConfiguration, DefaultTranslationContext, EmbedResourcesKind};

fn main() -> Result<(), slint_build::CompileError> {
    println!("cargo:rerun-if-changed=lang");
    // Elements are found by accessible label only with debug info, and tests find them no
    // other way; what ships carries none unless asked to.
    let debug_info = std::env::var_os("CARGO_FEATURE_DEBUG_INFO").is_some()
        || std::env::var("PROFILE").is_ok_and(|profile| profile == "debug");
    slint_build::compile_with_config(
        "ui/app.slint",
        CompilerConfiguration::new()
            .with_style("fluent".into())
            .embed_resources(EmbedResourcesKind::EmbedFiles)
            .with_bundled_translations("lang")
            .with_default_translation_context(DefaultTranslationContext::None)
            .with_debug_info(debug_info),
    )
}
