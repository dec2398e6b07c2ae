<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\CsCart;
use XeroConnector\Database\Query;
use XeroConnector\Database\Schema;

/** How the shop is set up, as far as it bears on the books. */
final class Shop
{
    private const PAYMENTS = "SELECT p.payment_id, COALESCE(d.payment, '') AS payment, p.status FROM {payments} p
        LEFT JOIN {payment_descriptions} d ON d.payment_id = p.payment_id AND d.lang_code = :language
        ORDER BY p.position, p.payment_id";
    private const TAXES = "SELECT t.tax_id, COALESCE(d.tax, '') AS tax, t.price_includes_tax, t.status FROM {taxes} t
        LEFT JOIN {tax_descriptions} d ON d.tax_id = t.tax_id AND d.lang_code = :language ORDER BY t.tax_id";
    private const RATES = "SELECT r.tax_id, COALESCE(d.tax, '') AS tax, r.rate_value, r.rate_type, r.destination_id
        FROM {tax_rates} r
        JOIN {taxes} t ON t.tax_id = r.tax_id AND t.status = 'A'
        JOIN {destinations} n ON n.destination_id = r.destination_id AND n.status = 'A'
        LEFT JOIN {tax_descriptions} d ON d.tax_id = r.tax_id AND d.lang_code = :language
        ORDER BY t.tax_id, r.destination_id";
    private const PLACES = "SELECT e.destination_id, COALESCE(s.country_code, e.element) AS country,
        COALESCE(s.code, '') AS state FROM {destination_elements} e
        LEFT JOIN {states} s ON e.element_type = 'S' AND s.state_id = e.element
        WHERE e.element_type = 'C' OR s.state_id IS NOT NULL
        ORDER BY e.destination_id, country, state";
    private const SHIPPINGS = "SELECT s.shipping_id, COALESCE(d.shipping, '') AS shipping, s.status FROM {shippings} s
        LEFT JOIN {shipping_descriptions} d ON d.shipping_id = s.shipping_id AND d.lang_code = :language
        ORDER BY s.shipping_id";
    private const GROUPS = "SELECT g.usergroup_id, COALESCE(d.usergroup, '') AS usergroup FROM {usergroups} g
        LEFT JOIN {usergroup_descriptions} d ON d.usergroup_id = g.usergroup_id AND d.lang_code = :language
        WHERE g.type = 'C' ORDER BY g.usergroup_id";
    private const STOREFRONTS = 'SELECT storefront_id, name, url FROM {storefronts} ORDER BY storefront_id';
    private const STATUS_PARAMETERS = "SELECT s.status, d.param, d.value FROM {status_data} d
        JOIN {statuses} s ON s.status_id = d.status_id WHERE s.type = 'O'";
    private const ACTIONS = "SELECT p.property_id AS id, COALESCE(d.property, '') AS name FROM {rma_properties} p
        LEFT JOIN {rma_property_descriptions} d ON d.property_id = p.property_id AND d.lang_code = :language
        WHERE p.type = 'A' ORDER BY p.property_id";
    private const OF_A_CURRENCY = ['currency_code', 'coefficient', 'decimals', 'is_primary'];

    /** @var Query */
    private $query;

    /** @var Schema */
    private $schema;

    /** @var Names */
    private $names;

    /** @var CsCart */
    private $shop;

    public function __construct(Query $query, Schema $schema, Names $names, CsCart $shop)
    {
        $this->query = $query;
        $this->schema = $schema;
        $this->names = $names;
        $this->shop = $shop;
    }

    /** @return array<string, mixed> */
    public function facts(): array
    {
        $language = ['language' => $this->shop->language()];
        return [
            'cscart' => $this->shop->version(),
            'edition' => $this->shop->edition(),
            'php' => PHP_VERSION,
            'name' => $this->shop->name(),
            'url' => $this->shop->address(),
            'timezone' => $this->shop->timezone(),
            'base_currency' => $this->shop->baseCurrency(),
            'tax_calculation' => $this->shop->taxCalculation(),
            'currencies' => array_map([self::class, 'currency'], $this->shop->currencies()),
            'statuses' => $this->statuses(),
            'payments' => $this->query->rows(self::PAYMENTS, $language),
            'taxes' => $this->query->rows(self::TAXES, $language),
            'tax_rates' => $this->query->rows(self::RATES, $language),
            'destinations' => $this->query->rows(self::PLACES),
            'shippings' => $this->query->rows(self::SHIPPINGS, $language),
            'usergroups' => $this->query->rows(self::GROUPS, $language),
            'companies' => $this->companies(),
            'storefronts' => $this->schema->has('storefronts') ? $this->query->rows(self::STOREFRONTS) : [],
            'return_actions' => $this->hasReturns() ? $this->query->rows(self::ACTIONS, $language) : [],
        ];
    }

    private function hasReturns(): bool
    {
        return $this->schema->has('rma_properties') && $this->schema->has('rma_property_descriptions');
    }

    private function statuses(): array
    {
        $parameters = [];
        if ($this->schema->hasColumn('statuses', 'status_id')) {
            foreach ($this->query->rows(self::STATUS_PARAMETERS) as $row) {
                $parameters[$row['status']][$row['param']] = $row['value'];
            }
        }
        $statuses = [];
        foreach ($this->names->statuses() as $letter => $name) {
            $mine = (object) ($parameters[$letter] ?? []);
            $statuses[] = ['status' => (string) $letter, 'description' => $name, 'params' => $mine];
        }
        return $statuses;
    }

    private function companies(): array
    {
        $companies = [];
        foreach ($this->names->companies() as $id => $name) {
            $companies[] = ['company_id' => (string) $id, 'company' => $name];
        }
        return $companies;
    }

    private static function currency(array $currency): array
    {
        return array_intersect_key($currency, array_flip(self::OF_A_CURRENCY));
    }
}
