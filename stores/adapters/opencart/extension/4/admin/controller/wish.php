<?php
declare(strict_types=1);

namespace Opencart\Admin\Controller\Extension\XeroConnector;

require_once DIR_EXTENSION . 'xero_connector/system/library/load.php';

use Opencart\System\Library\Extension\XeroConnector\Shop;
use XeroConnector\Http\Wishes;

/** What staff wish for orders, products and customers: passed on to the connector, and its answer shown. */
class Wish extends \Opencart\System\Engine\Controller
{
    private const ROUTE = 'extension/xero_connector/wish';
    private const KINDS = ['order', 'product', 'customer'];
    private const LONGEST_REASON = 255;

    /** POST kind, ask, ids[], reason; answers {"done": [{"id", "did"}]} or {"error": sentence}, both plain text. */
    public function index(): void
    {
        $this->load->language(self::ROUTE, '', 'en-gb');
        $this->load->language(self::ROUTE);

        try {
            $json = ['done' => $this->pass()];
        } catch (\DomainException $refused) {
            $json = ['error' => $refused->getMessage()];
        }

        $this->response->addHeader('Content-Type: application/json');
        $this->response->setOutput(json_encode($json));
    }

    /** @return array<int, array{id: int, did: string}> */
    private function pass(): array
    {
        $kind = $this->posted('kind');
        $ask = $this->posted('ask');
        $reason = trim($this->posted('reason'));

        if (!$this->user->hasPermission('modify', self::ROUTE)) {
            throw new \DomainException($this->language->get('error_permission'));
        }
        $isKnown = in_array($kind, self::KINDS, true) && in_array($ask, Wishes::ASKS, true);
        if ($this->request->server['REQUEST_METHOD'] !== 'POST' || !$isKnown) {
            throw new \DomainException($this->language->get('error_wish'));
        }
        if ($ask !== 'sync' && ($reason === '' || mb_strlen($reason) > self::LONGEST_REASON)) {
            throw new \DomainException(sprintf($this->language->get('error_reason'), self::LONGEST_REASON));
        }

        $ids = $this->ids();
        $wishes = Shop::connector($this->registry)->wishes();
        $said = $wishes->ask($ask, $kind, $ids, (string)$this->user->getUserName(), $reason);
        if ($said['error'] !== '') {
            throw new \DomainException($said['error']);
        }

        return $said['done'];
    }

    /** @return array<int, int> */
    private function ids(): array
    {
        $posted = $this->request->post['ids'] ?? [];
        $ids = [];
        foreach (is_array($posted) ? $posted : [] as $id) {
            if (is_string($id) && preg_match('~^[1-9]\d{0,9}$~D', $id)) {
                $ids[(int)$id] = (int)$id;
            }
        }
        if (!$ids) {
            throw new \DomainException($this->language->get('error_none'));
        }

        return array_values($ids);
    }

    /** What was typed: the shop escapes all that comes in. */
    private function posted(string $name): string
    {
        $value = $this->request->post[$name] ?? '';

        return is_string($value) ? html_entity_decode($value, ENT_QUOTES, 'UTF-8') : '';
    }
}
