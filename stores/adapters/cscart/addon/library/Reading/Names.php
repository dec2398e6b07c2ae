<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\CsCart;
use XeroConnector\Database\Query;
use XeroConnector\Database\Schema;

/** Names of countries, states, companies and statuses, in the language of the shop's admin. Each list is read once. */
final class Names
{
    private const COUNTRIES = 'SELECT code, country FROM {country_descriptions} WHERE lang_code = :language';
    private const STATES = 'SELECT s.country_code, s.code, d.state FROM {states} s
        JOIN {state_descriptions} d ON d.state_id = s.state_id AND d.lang_code = :language';
    private const COMPANIES = 'SELECT company_id, company FROM {companies}';
    private const STATUSES = "SELECT s.status, d.description FROM {statuses} s
        JOIN {status_descriptions} d ON d.status_id = s.status_id AND d.lang_code = :language
        WHERE s.type = 'O'";
    private const OLDER_STATUSES = "SELECT status, description FROM {status_descriptions}
        WHERE type = 'O' AND lang_code = :language";

    /** @var Query */
    private $query;

    /** @var Schema */
    private $schema;

    /** @var CsCart */
    private $shop;

    /** @var array<string, array<string, string>> */
    private $read = [];

    public function __construct(Query $query, Schema $schema, CsCart $shop)
    {
        $this->query = $query;
        $this->schema = $schema;
        $this->shop = $shop;
    }

    public function country(string $code): string
    {
        return $this->once('countries', function (): array {
            $rows = $this->query->rows(self::COUNTRIES, ['language' => $this->shop->language()]);
            return array_column($rows, 'country', 'code');
        })[$code] ?? '';
    }

    public function state(string $country, string $code): string
    {
        $states = $this->once('states', function (): array {
            $names = [];
            foreach ($this->query->rows(self::STATES, ['language' => $this->shop->language()]) as $row) {
                $names[$row['country_code'] . ' ' . $row['code']] = (string) $row['state'];
            }
            return $names;
        });
        return $states[$country . ' ' . $code] ?? $code;
    }

    public function company(string $id): string
    {
        return $this->companies()[$id] ?? '';
    }

    /** @return array<string, string> by id */
    public function companies(): array
    {
        return $this->once('companies', function (): array {
            $rows = $this->schema->has('companies') ? $this->query->rows(self::COMPANIES) : [];
            return array_column($rows, 'company', 'company_id');
        });
    }

    /** @return array<string, string> of orders, by letter */
    public function statuses(): array
    {
        return $this->once('statuses', function (): array {
            $values = ['language' => $this->shop->language()];
            $rows = $this->schema->hasColumn('statuses', 'status_id')
                ? $this->query->rows(self::STATUSES, $values)
                : $this->query->rows(self::OLDER_STATUSES, $values);
            return array_column($rows, 'description', 'status');
        });
    }

    /** @return array<string, string> */
    private function once(string $name, callable $read): array
    {
        if (!isset($this->read[$name])) {
            $this->read[$name] = $read();
        }
        return $this->read[$name];
    }
}
