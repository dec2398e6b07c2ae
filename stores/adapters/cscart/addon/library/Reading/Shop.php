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
