"""Shell 外壳: page frame, components, sign-in pages, error pages. Knows the kernel and nothing above."""
