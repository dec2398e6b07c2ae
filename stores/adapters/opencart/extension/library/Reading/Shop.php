<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\Database\Query;

/** How the shop is set up: stores, statuses, currencies, taxes, fields of its own. */
final class Shop
{
    private const CLOCK = 'SELECT NOW() AS now, TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), NOW()) AS utc_offset';
    private const STORES = 'SELECT store_id, name, url FROM {store} ORDER BY store_id LIMIT 500';
    private const CURRENCIES = 'SELECT code, title, decimal_place, value, status FROM {currency}
        ORDER BY code LIMIT 500';
    private const ORDER_STATUSES = 'SELECT order_status_id, name FROM {order_status}
        WHERE language_id = :language ORDER BY order_status_id LIMIT 500';
    private const RETURN_ACTIONS = 'SELECT return_action_id, name FROM {return_action}
        WHERE language_id = :language ORDER BY return_action_id LIMIT 500';
    private const RETURN_STATUSES = 'SELECT return_status_id, name FROM {return_status}
        WHERE language_id = :language ORDER BY return_status_id LIMIT 500';
    private const GROUPS = 'SELECT customer_group_id, name FROM {customer_group_description}
        WHERE language_id = :language ORDER BY customer_group_id LIMIT 500';
    private const FIELDS = 'SELECT f.custom_field_id, d.name, f.location, f.type FROM {custom_field} f
        LEFT JOIN {custom_field_description} d
          ON d.custom_field_id = f.custom_field_id AND d.language_id = :language
        ORDER BY f.custom_field_id LIMIT 500';
    private const TAX_CLASSES = 'SELECT tax_class_id, title FROM {tax_class} ORDER BY tax_class_id LIMIT 500';
    private const TAX_RATES = 'SELECT tax_rate_id, name, rate, type, geo_zone_id FROM {tax_rate}
        ORDER BY tax_rate_id LIMIT 1000';
    private const TAX_RULES = 'SELECT tax_class_id, tax_rate_id, based, priority FROM {tax_rule}
        ORDER BY tax_class_id, priority, tax_rule_id LIMIT 2000';
    private const ZONES = "SELECT g.geo_zone_id, COALESCE(c.iso_code_2, '') AS country, COALESCE(z.code, '') AS zone
        FROM {zone_to_geo_zone} g
        LEFT JOIN {country} c ON c.country_id = g.country_id
        LEFT JOIN {zone} z ON z.zone_id = g.zone_id
        ORDER BY g.geo_zone_id, country, zone LIMIT 10000";

    /** @var Query */
    private $query;

    /** @var object OpenCart's config: get */
    private $config;

    /** @var Languages */
    private $languages;

    /** @param object $config */
    public function __construct(Query $query, $config, Languages $languages)
    {
        $this->query = $query;
        $this->config = $config;
        $this->languages = $languages;
    }

    /** @return array<string, mixed> now, utc_offset, timezone */
    public function clock(): array
    {
        $clock = $this->query->row(self::CLOCK);
        return [
            'now' => $clock['now'],
            'utc_offset' => (int) $clock['utc_offset'],
            'timezone' => date_default_timezone_get(),
        ];
    }

    /** @return array<string, mixed> */
    public function settings(string $address): array
    {
        $name = Text::plain((string) $this->config->get('config_name'));
        $main = ['store_id' => '0', 'name' => $name, 'url' => $address . '/'];
        return [
            'name' => $name,
            'url' => $address,
            'base_currency' => (string) $this->config->get('config_currency'),
            'prices_include_tax' => (bool) $this->config->get('config_tax'),
            'processing_statuses' => array_map('strval', (array) $this->config->get('config_processing_status')),
            'complete_statuses' => array_map('strval', (array) $this->config->get('config_complete_status')),
            'fraud_status' => (string) $this->config->get('config_fraud_status_id'),
            'stores' => array_merge([$main], Text::rows($this->query->rows(self::STORES))),
            'languages' => $this->languages->all(),
            'currencies' => Text::rows($this->query->rows(self::CURRENCIES)),
        ];
    }

    /** @return array<string, array> lists of what orders and customers name by id, in the admin's language */
    public function lists(): array
    {
        $language = ['language' => $this->languages->admin()];
        return [
            'order_statuses' => Text::rows($this->query->rows(self::ORDER_STATUSES, $language)),
            'return_actions' => Text::rows($this->query->rows(self::RETURN_ACTIONS, $language)),
            'return_statuses' => Text::rows($this->query->rows(self::RETURN_STATUSES, $language)),
            'customer_groups' => Text::rows($this->query->rows(self::GROUPS, $language)),
            'custom_fields' => Text::rows($this->query->rows(self::FIELDS, $language)),
        ];
    }

    /** @return array<string, array> */
    public function taxes(): array
    {
        return [
            'tax_classes' => Text::rows($this->query->rows(self::TAX_CLASSES)),
            'tax_rates' => Text::rows($this->query->rows(self::TAX_RATES)),
            'tax_rules' => $this->query->rows(self::TAX_RULES),
            'zones' => $this->query->rows(self::ZONES),
        ];
    }
}
