/* SPDX-License-Identifier: MIT */
#include "support/setting.h"

#include <string.h>

const nni_kind *nni_domain_kind(const nni_domain *domain, size_t value)
{
    if (value >= domain->count)
        return NULL;
    const nni_kind *kind = (const void *)((const char *)domain->table + value * domain->stride);
    return kind->name ? kind : NULL;
}

const char *nni_domain_name(const nni_domain *domain, size_t value)
{
    const nni_kind *kind = nni_domain_kind(domain, value);
    return kind ? kind->name : "unknown";
}

size_t nni_domain_find(const nni_domain *domain, const char *name)
{
    size_t value = 0;
    while (value < domain->count && strcmp(nni_domain_name(domain, value), name) != 0)
        value++;
    return value;
}

bool nni_kind_has(const nni_kind *kind, const char *key, const char **value)
{
    for (const nni_kind_setting *setting = kind->settings; setting && setting->key; setting++) {
        if (strcmp(setting->key, key) != 0)
            continue;
        if (value)
            *value = setting->value;
        return true;
    }
    return false;
}

bool nni_domain_has(const nni_domain *domain, const char *key)
{
    for (size_t value = 0; value < domain->count; value++) {
        const nni_kind *kind = nni_domain_kind(domain, value);
        if (kind && nni_kind_has(kind, key, NULL))
            return true;
    }
    return false;
}

const nni_setting *nni_section_find(const nni_setting *section, const char *key)
{
    for (; section->key; section++)
        if (strcmp(section->key, key) == 0)
            return section;
    return NULL;
}

bool nni_domain_has_settings(const nni_domain *domain)
{
    for (size_t value = 0; value < domain->count; value++) {
        const nni_kind *kind = nni_domain_kind(domain, value);
        if (kind && kind->settings)
            return true;
    }
    return false;
}

const nni_setting *nni_section_kind(const nni_setting *section)
{
    for (; section->key; section++)
        if (section->type == NNI_SETTING_KIND && nni_domain_has_settings(section->domain))
            return section;
    return NULL;
}

const nni_setting *nni_setting_section(const nni_setting *setting)
{
    const bool section = setting->type == NNI_SETTING_SECTION || setting->type == NNI_SETTING_SECTIONS;
    return section ? setting->settings : NULL;
}
